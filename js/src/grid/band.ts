// What stands above and below the cells: the question, the tabs and the order; where one is, and how large it all is.
import type { AnyModel } from '@anywidget/types';
import { ChevronLeft, ChevronRight } from 'lucide-static';
import { element, icon, KEEP_KEYS, safeColor, setAttribute, setText } from '../shared/dom';
import { showKey, swallow } from '../shared/keys';
import type { Session } from '../shared/session';
import type { Values } from '../shared/widget';
import type { Marks } from './marks';

export interface GridValues extends Values {
  question: string;
  hint: string;
  empty: string;
  tabs: { id: string; name: string; count?: number; color?: string }[];
  tab: string;
  sorts: { id: string; label: string }[];
  sort: string;
  marks: Marks;
  size: number;
  pages: [columns: number, rows: number];
  position: number;
}

export const SMALLEST = 48;
export const LARGEST = 320;
const number = new Intl.NumberFormat('en-US');

/** Call back at once, and whenever one of these values is another. */
export function follow(
  model: AnyModel<GridValues>,
  names: readonly (keyof GridValues)[],
  owner: AbortSignal,
  changed: () => void,
): void {
  for (const name of names) model.on(`change:${name}`, changed);
  owner.addEventListener(
    'abort',
    () => {
      for (const name of names) model.off(`change:${name}`, changed);
    },
    { once: true },
  );
  changed();
}

export function header(session: Session, model: AnyModel<GridValues>, owner: AbortSignal): HTMLElement {
  const question = element('h2', { class: 'ipya-grid-question' });
  const tabs = element('div', { class: 'ipya-grid-tabs', role: 'tablist', 'aria-label': 'Which are shown' });
  const order = element('select', { 'aria-label': 'Sort', ...KEEP_KEYS });
  const sort = element('label', { class: 'ipya-grid-sort' }, 'Sort:', order);
  const root = element('div', { class: 'ipya-grid-band ipya-grid-head' }, question, tabs, sort);

  const button = ({ id, name, count, color }: GridValues['tabs'][number]): HTMLElement => {
    const on = id === model.get('tab');
    const made = element(
      'button',
      { type: 'button', role: 'tab', class: 'ipya-grid-tab', 'aria-selected': on, tabindex: on ? 0 : -1, ...KEEP_KEYS },
      element('span', { class: 'ipya-grid-tab-name', title: name }, name),
    );
    made.dataset['id'] = id;
    if (color) {
      const chip = element('span', { class: 'ipya-chip' });
      chip.style.background = safeColor(color);
      made.prepend(chip);
    }
    if (count !== undefined && count !== null)
      made.append(element('span', { class: 'ipya-grid-tab-count' }, number.format(count)));
    return made;
  };
  const choose = (target: EventTarget | null): void => {
    const id = (target as Element | null)?.closest<HTMLElement>('.ipya-grid-tab')?.dataset['id'];
    if (id !== undefined && id !== model.get('tab')) session.act('tab', id);
  };
  const showTabs = (): void => {
    const focused = tabs.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset['id']
      : null;
    tabs.replaceChildren(...model.get('tabs').map(button));
    tabs.hidden = !model.get('tabs').length;
    const all = [...tabs.querySelectorAll<HTMLElement>('.ipya-grid-tab')];
    if (!all.some((one) => one.tabIndex === 0)) all[0]?.setAttribute('tabindex', '0');
    if (focused != null) all.find((one) => one.dataset['id'] === focused)?.focus({ preventScroll: true });
  };
  tabs.addEventListener('click', ({ target }) => choose(target), { signal: owner });
  tabs.addEventListener(
    'keydown',
    (event) => {
      const all = [...tabs.querySelectorAll<HTMLElement>('.ipya-grid-tab')];
      const at = all.indexOf(document.activeElement as HTMLElement);
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
      if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Enter' || event.key === ' ') event.stopPropagation();
      if (to === undefined) return;
      swallow(event);
      const next = all[(to + all.length) % all.length];
      next?.focus();
      choose(next ?? null);
    },
    { signal: owner },
  );
  order.addEventListener('change', () => session.act('sort', order.value), { signal: owner });
  follow(model, ['question'], owner, () => {
    setText(question, model.get('question'));
    question.hidden = !model.get('question');
  });
  follow(model, ['tabs', 'tab'], owner, showTabs);
  follow(model, ['sorts', 'sort'], owner, () => {
    const sorts = model.get('sorts');
    order.replaceChildren(...sorts.map(({ id, label }) => element('option', { value: id }, label)));
    order.value = model.get('sort');
    sort.hidden = sorts.length < 2;
  });
  return root;
}

export interface Footer {
  root: HTMLElement;
  /** Say what is in sight: cells from a number to behind another, of all. */
  seen(from: number, to: number, total: number): void;
  /** Whether there are pages before and behind. */
  paging(before: boolean, behind: boolean): void;
}

export function footer(
  session: Session,
  model: AnyModel<GridValues>,
  owner: AbortSignal,
  zoom: (size: number) => void,
): Footer {
  const where = element('span', { class: 'ipya-grid-where', role: 'status' });
  const done = element('span', { class: 'ipya-grid-bar-done' });
  const bar = element('span', { class: 'ipya-grid-bar', 'aria-hidden': true }, done);
  const hint = element('span', { class: 'ipya-grid-hint' });
  const size = element('input', {
    type: 'range',
    class: 'ipya-grid-zoom',
    min: SMALLEST,
    max: LARGEST,
    step: 8,
    'aria-label': 'Size of the pictures',
    title: 'Size of the pictures',
    ...KEEP_KEYS,
  });
  const page = (name: string, label: string, svg: string): HTMLButtonElement => {
    const made = element(
      'button',
      { type: 'button', class: 'ipya-quiet ipya-grid-page', 'aria-label': label, ...KEEP_KEYS },
      icon(svg),
    );
    made.addEventListener('click', () => made.getAttribute('aria-disabled') !== 'true' && session.act(name), {
      signal: owner,
    });
    const keys = (): unknown => showKey(made, label, name, session.keymap);
    session.on('keymap', keys, owner);
    keys();
    return made;
  };
  const previous = page('previous', 'Previous page', ChevronLeft);
  const next = page('next', 'Next page', ChevronRight);
  const root = element('div', { class: 'ipya-grid-band ipya-grid-foot' }, previous, where, next, bar, hint, size);
  size.addEventListener('input', () => zoom(Number(size.value)), { signal: owner });
  follow(model, ['hint'], owner, () => setText(hint, model.get('hint')));
  follow(model, ['size'], owner, () => {
    size.value = String(model.get('size'));
  });
  follow(model, ['pages'], owner, () => {
    const paged = model.get('pages').some(Boolean);
    previous.hidden = next.hidden = !paged;
    size.hidden = paged;
  });
  return {
    root,
    seen(from, to, total) {
      const range = from + 1 === to ? number.format(to) : `${number.format(from + 1)}–${number.format(to)}`;
      setText(where, total ? `${to > from ? range : 0} of ${number.format(total)}` : '');
      bar.hidden = !total;
      const width = `${total ? Math.round((to / total) * 1000) / 10 : 0}%`;
      if (done.style.width !== width) done.style.width = width;
    },
    paging(before, behind) {
      // Not `disabled`: whoever has just pressed it has the focus there, and a disabled one hears no keys.
      setAttribute(previous, 'aria-disabled', !before);
      setAttribute(next, 'aria-disabled', !behind);
    },
  };
}
