// The eye and the padlock of a row in a list: of an object, or of a class.
import './veilbuttons.css';
import { Eye, EyeOff, Lock, LockOpen } from 'lucide-static';
import { element, icon, KEEP_KEYS, setAttribute } from './dom';
import { shortcutOnButton } from './keys';
import type { Session } from './session';
import type { VeilName } from './veil';

/** What the row is about at present, and the class of it where that may be hidden or locked as a whole. */
export interface Veiled {
  id: string;
  class_id?: string | null;
  /** What it is called, for those who do not see the row. */
  called: string;
}

const LOOKS: readonly [name: VeilName, off: string, on: string, verb: string, back: string][] = [
  ['hidden', Eye, EyeOff, 'Hide', 'Show'],
  ['locked', LockOpen, Lock, 'Lock', 'Unlock'],
];

export interface VeilButtons {
  root: HTMLElement;
  /** Show how it stands with a row's object or class. */
  write(veiled: Veiled): void;
}

export function veilButtons(session: Session, owner: AbortSignal): VeilButtons {
  let now: Veiled = { id: '', called: '' };
  const root = element('span', { class: 'ipya-veil', role: 'none' });
  const writers = LOOKS.map(([name, off, on, verb, back]) => {
    const button = element('button', { type: 'button', class: `ipya-${name}`, tabindex: -1, ...KEEP_KEYS });
    let pressed: boolean | null = null;
    button.addEventListener('click', () => session.veil.put(name, [now.id], !session.veil.has(name, now.id)), {
      signal: owner,
    });
    button.addEventListener('keydown', (event) => shortcutOnButton(event, session), { signal: owner });
    root.append(button);
    return ({ id, class_id, called }: Veiled): void => {
      const own = session.veil.has(name, id);
      const whole = !own && class_id ? session.veil.has(name, class_id) : false;
      if (pressed !== (own || whole)) button.replaceChildren(icon(own || whole ? on : off));
      pressed = own || whole;
      setAttribute(button, 'aria-pressed', pressed);
      setAttribute(button, 'aria-label', `${verb} ${called}`);
      setAttribute(button, 'title', whole ? `All of its class is ${name}` : own ? back : verb);
      setAttribute(button, 'disabled', whole);
    };
  });
  return {
    root,
    write(veiled) {
      now = veiled;
      for (const write of writers) write(veiled);
    },
  };
}
