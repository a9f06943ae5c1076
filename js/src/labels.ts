// The labels: choose what the item as a whole is, by click or by key; as words, or as pictures.
//
// With `advance` a choice is also the verdict: the item is done, and the next one to do is asked for. Until that is on
// screen nothing is chosen: a key that was pressed twice must not label a picture that nobody has seen.
import './labels.css';
import type { AnyModel } from '@anywidget/types';
import { Check } from 'lucide-static';
import { picker } from './classes/picker';
import { chosen, given } from './labels/choosing';
import { tile } from './labels/tiles';
import { element, icon, KEEP_KEYS, setAttribute } from './shared/dom';
import { shortcutOnButton } from './shared/keys';
import type { Session } from './shared/session';
import { acting } from './shared/views';
import { type Values, widget } from './shared/widget';

export interface LabelsValues extends Values {
  /** Whether a name that is typed may become a new label. */
  extensible: boolean;
  /** Whether an item may have several. */
  multiple: boolean;
  /** Whether a choice finishes the item and goes on to the next one to do. */
  advance: boolean;
  /** Whether labels are shown as pictures. */
  pictorial: boolean;
  /** Width and height of a picture in CSS pixels. */
  size: [number, number];
  /** The files of the pictures by class id; a label without one is shown as its name on its colour. */
  pictures: Record<string, DataView>;
}

export const PREFIX = 'label:';

export function mount(session: Session, el: HTMLElement, owner: AbortSignal, model: AnyModel<LabelsValues>): void {
  /** The item whose successor was asked for. */
  let leaving = '';

  const choose = (classId: string): void => {
    const { item, objects, readOnly, loading } = session;
    // While the next picture is on its way, a key is meant for that one, which nobody has seen.
    if (!item || readOnly || item.problem || loading || leaving === item.key) return;
    const finish = model.get('advance');
    const ops = chosen({ item, objects, classId, multiple: model.get('multiple'), finish });
    if (ops.length) session.commit(ops);
    if (!finish) return;
    leaving = item.key;
    session.act('next_todo');
  };

  const list = picker(session, owner, {
    title: 'Labels',
    multiple: model.get('multiple'),
    recentFirst: false,
    extensible: () => model.get('extensible'),
    chosen: (id) => given(session.objects, id).length > 0,
    choose,
    add: (name) => session.act('add_label', name),
    current: () => '',
    count: () => '',
    decorate(row, data) {
      if (!row.querySelector('.ipya-check')) {
        const check = element('span', { class: 'ipya-check' }, icon(Check));
        row.append(check);
      }
      if (model.get('pictorial')) tile(row, data, model.get('pictures')[data.id], model.get('size'), owner);
    },
    nothing(open) {
      if (open) return 'No labels yet. Type a name above and press Enter to add one.';
      return session.readOnly ? 'Nothing here has a label.' : 'There are no labels.';
    },
  });
  setAttribute(list.element, 'data-pictorial', model.get('pictorial') || null);
  const advance = element('input', { type: 'checkbox', ...KEEP_KEYS });
  const switched = element(
    'label',
    { class: 'ipya-advance', title: 'Choosing a label marks the picture as done and shows the next one to do' },
    advance,
    'Go on after a label',
  );
  el.replaceChildren(list.element, switched);
  const acts = acting(session, el, owner);

  const refresh = (): void => {
    advance.checked = model.get('advance');
    setAttribute(switched, 'hidden', session.readOnly);
    list.later();
  };
  advance.addEventListener(
    'change',
    () => {
      model.set('advance', advance.checked);
      model.save_changes();
    },
    { signal: owner },
  );
  advance.addEventListener('keydown', (event) => shortcutOnButton(event, session), { signal: owner });
  session.on(
    'action',
    (name) => {
      if (name.startsWith(PREFIX) && acts()) choose(name.slice(PREFIX.length));
    },
    owner,
  );
  const stay = (): void => {
    leaving = '';
  };
  session.on('item', stay, owner);
  // Where nothing is left to do, the same item stays on screen, and its labels can be corrected.
  session.on('notice', stay, owner);
  // An undo brings the item back before its successor was there.
  session.on('loading', () => session.loading || stay(), owner);
  session.on('readOnly', refresh, owner);
  for (const name of ['extensible', 'multiple', 'advance', 'pictures', 'size', 'pictorial'] as const) {
    model.on(`change:${name}`, refresh);
    owner.addEventListener('abort', () => model.off(`change:${name}`, refresh), { once: true });
  }
  refresh();
}

export default widget<LabelsValues>(mount);
