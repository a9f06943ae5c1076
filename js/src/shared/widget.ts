// What all widgets have in common: find the session that the model names, mount on it, and end everything when the view
// goes or the session is another.
import type { AnyModel } from '@anywidget/types';
import { element } from './dom';
import type { SessionData } from './protocol';
import { type Session, whenSession } from './session';

export interface Values {
  session: Partial<SessionData>;
}

export type Mount<V extends Values> = (
  session: Session,
  el: HTMLElement,
  owner: AbortSignal,
  model: AnyModel<V>,
) => void;

/**
 * Make the `render` of a widget's module from a function that mounts it on a session. It is mounted as soon as the
 * session is open; `open` is for the one widget that opens it, the canvas.
 */
export function widget<V extends Values>(
  mount: Mount<V>,
  open: (id: string) => void = () => {},
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
        open(id);
        whenSession(id, view.signal, (session, owner) => {
          el.replaceChildren();
          try {
            mount(session, el, owner, model);
          } catch (error) {
            const words = `This part failed: ${String(error)}`;
            el.replaceChildren(element('p', { class: 'ipya-broken', role: 'alert' }, words));
            session.report(error);
          }
        });
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
