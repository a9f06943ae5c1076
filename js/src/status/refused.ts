// The chip "2 not saved" and the list that it opens: each refused edit with its reason, to try again or to dismiss.
// It can be tried again only while its item is on screen: only then it is known what it would go on from.
import { element, elementId, KEEP_KEYS, setAttribute, setText } from '../shared/dom';
import type { Op } from '../shared/protocol';
import type { Refused, Session } from '../shared/session';
import { isRecord } from '../shared/values';

type Part = Pick<Session, 'item' | 'byId' | 'classes' | 'place' | 'readOnly' | 'refused' | 'retry' | 'dismiss' | 'on'>;

const VERBS: { readonly [action in Op['action']]: string } = { create: 'new', set: 'change of', delete: 'deletion of' };

/** What an edit did, in a few words; an object by the name of its class, where that is known. */
export function summary(ops: readonly Op[], { byId, classes }: Pick<Part, 'byId' | 'classes'>): string {
  const [first] = ops;
  if (!first) return 'nothing';
  const made = first.action === 'set' ? byId.get(first.id) : (first.new ?? first.old);
  const class_id = isRecord(made) ? made['class_id'] : undefined;
  const name = first.record === 'object' && classes.find(({ id }) => id === class_id)?.name;
  const whose = name ? `“${name}”` : first.record;
  const path = first.path?.replace('class_id', 'class').split('/').join(' ');
  const what = first.action === 'set' && path ? `${path} of ${whose}` : whose;
  const more = ops.length > 1 ? ` and ${ops.length - 1} more` : '';
  return `${VERBS[first.action]} ${what}${more}`;
}

export function refusedList(session: Part, owner: AbortSignal): HTMLElement {
  const id = elementId('refused');
  const chip = element('button', {
    type: 'button',
    class: 'ipya-refused-chip',
    'aria-expanded': false,
    'aria-controls': id,
    ...KEEP_KEYS,
  });
  const list = element('ul', { id, class: 'ipya-refused-list', 'aria-label': 'Edits that were not saved' });
  const part = element('div', { class: 'ipya-refused' }, chip, list);
  let open = false;

  const set = (wanted: boolean): void => {
    open = wanted && session.refused.length > 0;
    setAttribute(chip, 'aria-expanded', open);
    list.hidden = !open;
  };
  const refresh = (): void => {
    const count = session.refused.length;
    part.hidden = count === 0;
    setText(chip, `${count} not saved`);
    list.replaceChildren(...session.refused.map((one) => row(session, one, chip, owner)));
    set(open);
  };
  chip.addEventListener('click', () => set(!open), { signal: owner });
  part.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || !open) return;
      event.preventDefault();
      event.stopPropagation();
      set(false);
      chip.focus();
    },
    { signal: owner },
  );
  let known: readonly Refused[] = session.refused;
  session.on(
    'save',
    () => {
      if (session.refused === known) return;
      known = session.refused;
      refresh();
    },
    owner,
  );
  for (const signal of ['item', 'readOnly'] as const) session.on(signal, refresh, owner);
  refresh();
  return part;
}

function row(
  session: Part,
  { id, item, reason, ops, time }: Refused,
  chip: HTMLElement,
  owner: AbortSignal,
): HTMLElement {
  const button = (label: string, disabled: boolean, act: (id: string) => void): HTMLElement => {
    const made = element('button', { type: 'button', class: 'ipya-small', disabled, ...KEEP_KEYS }, label);
    made.addEventListener(
      'click',
      () => {
        act(id);
        if (chip.offsetParent) chip.focus(); // the button is gone now
      },
      { signal: owner },
    );
    return made;
  };
  // In a grid an edit belongs to the grid; its items are in the operations.
  const items = [...new Set(ops.map((op) => op.item ?? item))];
  const ofGrid = items.length > 0 && !items.includes(item);
  const here = ofGrid ? session.place === item : session.item?.key === item;
  const more = items.length > 3 ? `, ${items.length - 3} more` : '';
  const name = ofGrid ? items.slice(0, 3).join(', ') + more : item;
  const there = `open ${ofGrid ? 'its grid' : item} first`;
  const remedy = here ? (session.readOnly ? 'switch to Create first' : '') : there;
  const when = new Date(time * 1000).toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });
  return element(
    'li',
    {},
    element('div', { class: 'ipya-refused-what' }, element('b', {}, name), ` ${summary(ops, session)}, ${when}`),
    element('div', { class: 'ipya-refused-why' }, reason),
    button('Retry', remedy !== '', (refused) => session.retry(refused)),
    button('Dismiss', false, (refused) => session.dismiss(refused)),
    element('div', { class: 'ipya-refused-remedy' }, remedy),
  );
}
