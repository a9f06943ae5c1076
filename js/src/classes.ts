// The classes: choose what is drawn next, or what the selected objects are; see how many of each are on the item.
import './classes.css';
import type { AnyModel } from '@anywidget/types';
import { picker } from './classes/picker';
import { chooseClass } from './shared/edits';
import type { Session } from './shared/session';
import type { VeilName } from './shared/veil';
import { veilButtons } from './shared/veilbuttons';
import { type Values, widget } from './shared/widget';

export interface ClassesValues extends Values {
  /** Whether a name that is typed may become a new class. */
  extensible: boolean;
}

/** The actions that are about the class that the cursor is on, while the list has the focus. */
const VEILS = new Map<string, VeilName>([
  ['hide', 'hidden'],
  ['lock', 'locked'],
]);

export function mount(session: Session, el: HTMLElement, owner: AbortSignal, model: AnyModel<ClassesValues>): void {
  const { element, later } = picker(session, owner, {
    title: 'Classes',
    multiple: false,
    recentFirst: true,
    extensible: () => model.get('extensible'),
    chosen: (id) => id === session.activeClass,
    choose: (id) => chooseClass(session, id),
    add: (name) => session.act('add_class', name),
    current: () => session.activeClass,
    count: (counts, id) => String(counts.get(id) ?? 0),
    beside() {
      const { root, write } = veilButtons(session, owner);
      return { root, write: ({ id, name }) => write({ id, called: name }) };
    },
    perform(action, id) {
      const name = VEILS.get(action);
      if (name) session.veil.put(name, [id], !session.veil.has(name, id));
      return name !== undefined;
    },
    nothing(open) {
      if (open) return 'No classes yet. Type a name above and press Enter to add one.';
      return session.readOnly
        ? 'Nothing here has a class.'
        : 'There are no classes. Add one in Python: a.classes.add("car")';
    },
  });
  el.replaceChildren(element);
  model.on('change:extensible', later);
  owner.addEventListener('abort', () => model.off('change:extensible', later), { once: true });
}

export default widget<ClassesValues>(mount);
