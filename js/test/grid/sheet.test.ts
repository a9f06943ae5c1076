// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SheetView } from '../../src/grid/sheet';
import type { CellData } from '../../src/shared/protocol';
import { FakeSession } from '../fake';

let session: FakeSession & { pending: []; ask: ReturnType<typeof vi.fn>; tell: ReturnType<typeof vi.fn> };
let owner: AbortController;
let sheet: SheetView;

const cell = (at: number): CellData => ({
  item: `${at}.jpg`,
  object: '',
  name: `${at}.jpg`,
  caption: '',
  class_id: null,
  value: null,
  crop: null,
  gone: false,
});

function hear(news: object, cells: CellData[] = []): void {
  const received = { objects: [], ops: [], bytes: null, cells, pictures: [], message: news };
  session.emit('grid', { news, received } as never);
}

beforeEach(() => {
  vi.stubGlobal('Worker', undefined);
  session = Object.assign(new FakeSession(), { pending: [] as [], ask: vi.fn(), tell: vi.fn() });
  owner = new AbortController();
  sheet = new SheetView(session.as(), owner.signal, { size: 96, pages: [3, 0] }, 0, { seen: () => {} });
  document.body.replaceChildren(sheet.root);
  sheet.shelf.marks = { item: { record: 'field', id: 'r', path: 'value', value: true, badge: 'x', good: true } };
  hear({ v: 1, type: 'fill', version: 1, count: 3, total: 3, offset: 0, complete: true, at: 0 });
  hear({ v: 1, type: 'cells', version: 1, from: 0, seq: 1 }, [0, 1, 2].map(cell));
});
afterEach(() => {
  owner.abort();
  vi.unstubAllGlobals();
});

it('the keyboard stays on a cell when the last ones are taken out', () => {
  sheet.move('cell_last');
  expect(sheet.current?.item).toBe('2.jpg');
  hear({ v: 1, type: 'drop', before: 1, version: 2, total: 2, at: [2] });
  expect(sheet.current?.item).toBe('1.jpg');
  sheet.toggle();
  expect(session.ask).not.toHaveBeenCalled();
  expect(session.commits.map(({ ops }) => ops[0]?.item)).toEqual(['1.jpg']);
});

it('the keyboard comes to the grid by a click with Shift too', () => {
  const press = new MouseEvent('mousedown', { shiftKey: true, bubbles: true, cancelable: true });
  sheet.root.dispatchEvent(press);
  expect(press.defaultPrevented).toBe(true);
  expect(document.activeElement).toBe(sheet.root);
});
