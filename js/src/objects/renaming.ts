// Another class for an object, chosen in its row.
import { element, KEEP_KEYS } from '../shared/dom';
import { giveClass, isWholeOnly, takesShape } from '../shared/edits';
import type { ObjectData } from '../shared/protocol';
import type { Session } from '../shared/session';

/**
 * Put a list of the classes that an object may have over a place, and give it the one that is chosen; what is selected
 * with it gets the same. It goes when it is left.
 */
export function renameIn(place: HTMLElement, object: ObjectData, session: Session, done: () => void): void {
  const offered = session.classes.filter(
    (data) => data.id === object.class_id || (!data.retired && !isWholeOnly(data) && takesShape(data, object.shape)),
  );
  const select = element('select', { class: 'ipya-rename', 'aria-label': 'Class', ...KEEP_KEYS });
  if (!object.class_id) select.append(element('option', { value: '' }, 'no class'));
  for (const { id, name } of offered) select.append(element('option', { value: id }, name));
  select.value = object.class_id ?? '';

  const end = new AbortController();
  const leave = (): void => {
    if (end.signal.aborted) return;
    end.abort();
    select.remove();
    done();
  };
  const on = (name: string, listener: (event: Event) => void): void =>
    select.addEventListener(name, listener, { signal: end.signal });
  on('change', () => {
    const { value } = select;
    leave();
    if (value) giveClass(session, value, session.selection.has(object.id) ? session.selection : [object.id]);
  });
  on('blur', leave);
  for (const name of ['click', 'dblclick', 'pointerdown']) on(name, (event) => event.stopPropagation());
  on('keydown', (event) => {
    event.stopPropagation();
    const { key } = event as KeyboardEvent;
    if (key === 'Escape' || key === 'Enter') leave();
  });
  place.append(select);
  select.focus();
  try {
    select.showPicker?.();
  } catch {
    // The browser opens it only for a person; with the focus on it, a key does.
  }
}
