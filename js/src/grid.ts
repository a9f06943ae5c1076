// The grid: many items, or objects of items, as small pictures that are marked by a click. It stands on the stage as the
// canvas does, and is then the session's line to the kernel.
import './grid.css';
import type { AnyModel } from '@anywidget/types';
import { follow, footer, type GridValues, header, LARGEST, SMALLEST } from './grid/band';
import { SheetView } from './grid/sheet';
import { element, setAttribute, setText } from './shared/dom';
import { actionOf, shortcut, swallow, typing } from './shared/keys';
import { openSession } from './shared/live';
import type { Session } from './shared/session';
import { acting } from './shared/views';
import { widget } from './shared/widget';

/** Milliseconds after the last scrolling when the kernel hears where one is. */
const STILL = 250;
const ZOOM = 16;

function mount(session: Session, el: HTMLElement, owner: AbortSignal, model: AnyModel<GridValues>): void {
  session.connect(model as unknown as AnyModel, owner);
  const set = <K extends 'size' | 'position'>(name: K, value: GridValues[K]): void => {
    if (model.get(name) === value) return;
    model.set(name, value);
    model.save_changes();
  };
  const zoom = (size: number): void => set('size', Math.max(SMALLEST, Math.min(LARGEST, Math.round(size))));
  const options = () => ({ size: model.get('size'), pages: model.get('pages') });

  const foot = footer(session, model, owner, zoom);
  let still: ReturnType<typeof setTimeout> | null = null;
  owner.addEventListener('abort', () => still !== null && clearTimeout(still), { once: true });
  let top = model.get('position');
  const sheet: SheetView = new SheetView(session, owner, options(), top, {
    seen(from, to, { offset, total, count, complete }) {
      foot.seen(offset + from, offset + to, total);
      foot.paging(offset > 0, offset + count < total);
      empty.hidden = count > 0 || !complete;
      if (from === top || !count) return;
      top = from;
      if (still !== null) clearTimeout(still);
      still = setTimeout(() => set('position', from), STILL);
    },
  });
  const empty = element('p', { class: 'ipya-empty ipya-grid-empty', hidden: true });
  const body = element('div', { class: 'ipya-grid-body' }, sheet.root, empty);
  const root = element('div', { class: 'ipya ipya-sheet' }, header(session, model, owner), body, foot.root);
  el.replaceChildren(root);

  follow(model, ['marks'], owner, () => {
    sheet.shelf.marks = model.get('marks');
  });
  follow(model, ['size', 'pages'], owner, () => {
    sheet.options = options();
  });
  follow(model, ['question'], owner, () => setAttribute(sheet.root, 'aria-label', model.get('question') || 'Pictures'));
  follow(model, ['empty'], owner, () => setText(empty, model.get('empty')));

  const acts = acting(session, el, owner);
  session.on(
    'action',
    (name) => {
      if (!acts()) return;
      if (name.startsWith('cell_')) sheet.move(name);
      else if (name === 'mark') sheet.toggle();
      else if (name === 'zoom_in') zoom(model.get('size') + ZOOM);
      else if (name === 'zoom_out') zoom(model.get('size') - ZOOM);
      else if (name === 'delete' && !session.readOnly) session.ask('delete');
      else if (name === 'open' && sheet.current)
        session.ask('open', { item: sheet.current.item, object: sheet.current.object });
    },
    owner,
  );
  root.addEventListener(
    'keydown',
    (event) => {
      const action = typing(event.target) ? '' : actionOf(event, session.keymap);
      if (action.startsWith('class:') && !event.defaultPrevented) {
        // A class goes to what is marked; there is nothing to be drawn with it.
        swallow(event);
        if (!session.readOnly) session.ask('relabel', action.slice('class:'.length));
      } else if (owns(event)) {
        event.stopPropagation();
      } else {
        shortcut(event, session);
      }
    },
    { signal: owner },
  );
  root.addEventListener(
    'wheel',
    (event) => {
      const { scrollHeight, clientHeight } = sheet.root;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        zoom(model.get('size') - Math.sign(event.deltaY) * ZOOM);
      } else if (scrollHeight <= clientHeight) {
        event.preventDefault(); // the notebook stays where it is, as it does where there is more to scroll
      }
    },
    { signal: owner, passive: false },
  );
  const observer = new ResizeObserver(() => {
    const { clientWidth, clientHeight } = sheet.root;
    if (!clientWidth || !clientHeight) return; // hidden: a tab, a collapsed output
    sheet.resize(clientWidth, clientHeight);
    greet(clientWidth, clientHeight);
  });
  let greeted = false;
  const greet = (width: number, height: number): void => {
    if (greeted) return;
    greeted = true;
    session.hello(Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio));
  };
  observer.observe(sheet.root);
  owner.addEventListener('abort', () => observer.disconnect(), { once: true });
}

/** Whether the focused control acts on this key by itself. */
function owns({ target, key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey || !(target instanceof Element)) return false;
  if (target.matches('button')) return key === 'Enter' || key === ' ';
  return target.matches('input[type="range"]') && /^(Arrow|Page|Home$|End$)/.test(key);
}

export default widget<GridValues>(mount, openSession);
