// What the widgets that only subscribe have in common: find the session that the model names, mount on it, and end
// everything when the view goes or the session changes.
import type { AnyModel } from '@anywidget/types';
import { element } from './dom';
import type { SessionData } from './protocol';
import { getSession, type Session } from './session';

export interface Values {
  session: Partial<SessionData>;
}

export type Mount<V extends Values> = (
  session: Session,
  el: HTMLElement,
  owner: AbortSignal,
  model: AnyModel<V>,
) => void;

/** Make the `render` of a widget's module from a function that mounts it on a session. */
export function widget<V extends Values>(
  mount: Mount<V>,
): {
  render: (context: { model: AnyModel<V>; el: HTMLElement }) => () => void;
} {
  return {
    render({ model, el }) {
      let view = new AbortController();
      const start = (): void => {
        view.abort();
        view = new AbortController();
        el.replaceChildren();
        const { id } = model.get('session');
        if (!id) return;
        try {
          mount(getSession(id), el, view.signal, model);
        } catch (error) {
          el.replaceChildren(
            element('p', { class: 'ipya-broken', role: 'alert' }, `This part failed: ${String(error)}`),
          );
          getSession(id).report(error);
        }
      };
      model.on('change:session', start);
      start();
      return () => {
        model.off('change:session', start);
        view.abort();
      };
    },
  };
}
