// What stands above the list: how many there are, which ones are listed, and in which order.
import { X } from 'lucide-static';
import { element, icon, KEEP_KEYS, setAttribute, setText } from '../shared/dom';
import { type Listing, ORDERS } from './listing';

/** From so many objects on there is something to look for. */
const MANY = 8;

export interface Controls {
  root: HTMLElement;
  listing: Listing;
  /** Say how many of how many are listed. */
  write(listed: number, total: number): void;
  /** List all, as they are drawn. */
  clear(): void;
}

/** `leave` is called when the person goes from here into the list. */
export function controls(changed: () => void, leave: () => void, owner: AbortSignal): Controls {
  const count = element('span', { class: 'ipya-total' });
  const title = element('div', { class: 'ipya-title' }, 'Objects', count);
  const filter = element('input', {
    class: 'ipya-filter',
    type: 'text',
    placeholder: 'Filter',
    'aria-label': 'Filter objects by class, shape, track or attribute',
    title: 'Words of the class, the shape, an attribute; #7 for a track, “model” for suggestions',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 200,
    ...KEEP_KEYS,
  });
  const empty = element('button', { type: 'button', class: 'ipya-filter-clear', title: 'List all', ...KEEP_KEYS });
  empty.setAttribute('aria-label', 'List all objects');
  empty.append(icon(X));
  const order = element('select', { class: 'ipya-order', 'aria-label': 'Order of the objects', ...KEEP_KEYS });
  for (const [name, { label }] of ORDERS) order.append(element('option', { value: name }, label));
  const bar = element('div', { class: 'ipya-object-bar', hidden: true }, filter, empty, order);
  const listing: Listing = { text: '', order: 'drawn' };

  const read = (): void => {
    listing.text = filter.value.trim();
    listing.order = order.value;
    setAttribute(empty, 'hidden', !filter.value);
    changed();
  };
  const drop = (): void => {
    filter.value = '';
    read();
  };
  filter.addEventListener('input', read, { signal: owner });
  order.addEventListener('change', read, { signal: owner });
  empty.addEventListener(
    'click',
    () => {
      drop();
      filter.focus();
    },
    { signal: owner },
  );
  bar.addEventListener(
    'keydown',
    (event) => {
      event.stopPropagation();
      if (event.isComposing || event.target !== filter) return;
      if (event.key === 'Escape' && filter.value) drop();
      else if (event.key === 'Escape' || event.key === 'ArrowDown' || event.key === 'Enter') leave();
      else return;
      event.preventDefault();
    },
    { signal: owner },
  );
  setAttribute(empty, 'hidden', true);
  return {
    root: element('div', { class: 'ipya-object-head' }, title, bar),
    listing,
    write(listed, total) {
      setText(count, listed === total ? String(total) : `${listed} of ${total}`);
      setAttribute(bar, 'hidden', total <= MANY && !listing.text && listing.order === 'drawn');
    },
    clear() {
      order.value = 'drawn';
      drop();
    },
  };
}
