// @vitest-environment happy-dom

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describe as describeShape } from '../src/objects/describe';
import { box, FakeSession, find, frame, named, press } from './fake';

const { mount } = await import('../src/objects');

let session: FakeSession;
let owner: AbortController;
let el: HTMLElement;

const list = (): HTMLElement => find(el, '[role=listbox]');
const options = (): HTMLElement[] =>
  [...el.querySelectorAll<HTMLElement>('[role=option]')].sort(
    (a, b) => Number(a.getAttribute('aria-posinset')) - Number(b.getAttribute('aria-posinset')),
  );
const click = (at: number, more: MouseEventInit = {}): void => {
  options()[at]?.dispatchEvent(new MouseEvent('click', { bubbles: true, ...more }));
};
const selected = (): string[] => [...session.selection];

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(400);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(272);
  session = new FakeSession();
  session.classes = [named('RBC', 1), named('WBC', 2, { color: '#0072b2' })];
  session.show([box('a', 'id-RBC'), box('b', 'id-WBC', { origin: 'model', score: 0.814 }), box('c'), box('d', 'gone')]);
  owner = new AbortController();
  el = document.createElement('div');
  document.body.replaceChildren(el);
  mount(session.as(), el, owner.signal);
});
afterEach(() => {
  owner.abort();
  vi.restoreAllMocks();
});

describe('the rows', () => {
  it('say class, geometry and origin', () => {
    expect(options().map((each) => each.textContent)).toEqual([
      'RBC10,21 30×40',
      'WBC ? 0.8110,21 30×40',
      'no class10,21 30×40',
      'gone10,21 30×40',
    ]);
    expect(find(el, '.ipya-total').textContent).toBe('4');
    expect(list().getAttribute('aria-label')).toBe('Objects');
    expect(options()[2]?.getAttribute('aria-setsize')).toBe('4');
  });

  it('name a shape that is not known here by its kind', async () => {
    session.show([box('a', null, { shape: { kind: 'circle', r: 3 } })]);
    await frame();
    expect(options()[0]?.textContent).toBe('no classcircle');
  });

  it('follow a renamed class and a moved object, and leave the others alone', async () => {
    const seen = vi.fn();
    const watch = new MutationObserver((records) => seen(records.map((record) => record.target.textContent)));
    watch.observe(el, { characterData: true, childList: true, subtree: true });
    const moved = { ...box('a', 'id-RBC'), shape: { kind: 'box', x: 1, y: 2, width: 3, height: 4, angle: 0 } };
    session.show([moved, ...session.objects.slice(1)]);
    await frame();
    expect(options()[0]?.textContent).toBe('RBC1,2 3×4');
    expect(new Set(seen.mock.calls.flat(2))).toEqual(new Set(['1,2 3×4']));
    watch.disconnect();
    session.classes = [named('red', 1, { id: 'id-RBC' })];
    session.emit('classes', undefined);
    await frame();
    expect(options()[0]?.textContent).toBe('red1,2 3×4');
  });

  it('say what to do where there are none', async () => {
    session.show([]);
    await frame();
    expect(list().hidden).toBe(true);
    expect(find(el, '.ipya-empty').textContent).toMatch(/Draw/);
  });
});

describe('selecting', () => {
  it('works by click, Ctrl and Shift', () => {
    click(1);
    expect(selected()).toEqual(['b']);
    click(3, { shiftKey: true });
    expect(selected()).toEqual(['b', 'c', 'd']);
    click(2, { ctrlKey: true });
    expect(selected()).toEqual(['b', 'd']);
    click(0, { metaKey: true });
    expect(new Set(selected())).toEqual(new Set(['a', 'b', 'd']));
  });

  it('works by keyboard', () => {
    press(list(), 'ArrowDown');
    expect(selected()).toEqual(['a']);
    press(list(), 'ArrowDown');
    press(list(), 'ArrowDown', { shiftKey: true });
    expect(selected()).toEqual(['b', 'c']);
    press(list(), 'End');
    expect(selected()).toEqual(['d']);
    expect(list().getAttribute('aria-activedescendant')).toBe(options()[3]?.id);
    press(list(), 'Home');
    expect(selected()).toEqual(['a']);
  });

  it('shows what was selected elsewhere', async () => {
    session.select(['c']);
    await frame();
    expect(options().map((each) => each.getAttribute('aria-selected'))).toEqual(['false', 'false', 'true', 'false']);
    expect(list().getAttribute('aria-activedescendant')).toBe(options()[2]?.id);
  });

  it('leaves other keys to the keymap', () => {
    session.keymap = { d: 'next', Enter: 'done' };
    expect(press(list(), 'Enter').defaultPrevented).toBe(true);
    press(list(), 'd');
    expect(session.act.mock.calls).toEqual([['done'], ['next']]);
  });
});

describe('deleting', () => {
  const remove = (name: string): HTMLButtonElement => find<HTMLButtonElement>(el, `[aria-label="${name}"]`);

  it('is one commit with the old object', async () => {
    const old = session.objects[1];
    remove('Delete WBC 2').click();
    expect(session.commits).toEqual([
      { ops: [{ action: 'delete', record: 'object', id: 'b', item: 'a.jpg', old }], selected: [] },
    ]);
    await frame();
    expect(options()).toHaveLength(3);
    expect(remove('Delete no class 2')).toBeTruthy();
  });

  it('takes all that is selected, by the Delete key', () => {
    session.select(['a', 'c']);
    press(list(), 'Delete');
    expect(session.commits.map(({ ops }) => ops.map((op) => op.id))).toEqual([['a', 'c']]);
    press(list(), 'Delete');
    expect(session.commits).toHaveLength(1);
  });

  it('is not offered where nothing can be changed', async () => {
    session.readOnly = true;
    session.emit('readOnly', undefined);
    await frame();
    expect(remove('Delete RBC 1').hidden).toBe(true);
    session.select(['a']);
    press(list(), 'Delete');
    expect(session.commits).toEqual([]);
  });
});

describe('ten thousand objects', () => {
  beforeEach(async () => {
    session.show(Array.from({ length: 10_000 }, (_, at) => box(`o${at}`, at % 2 ? 'id-RBC' : 'id-WBC')));
    await frame();
  });

  it('are a few rows', () => {
    expect(find(el, '.ipya-total').textContent).toBe('10000');
    expect(options().length).toBeGreaterThan(10);
    expect(options().length).toBeLessThan(60);
    expect(el.querySelectorAll('*').length).toBeLessThan(600);
  });

  it('are drawn once a frame, however many changes come', async () => {
    const writes = vi.spyOn(Element.prototype, 'setAttribute');
    for (let turn = 0; turn < 50; turn += 1) session.emit('objects', new Set([`o${turn}`]));
    expect(writes).not.toHaveBeenCalled();
    await frame();
    expect(writes).not.toHaveBeenCalled(); // nothing differs, so nothing is written
  });

  it('show the last one when it is selected elsewhere', async () => {
    session.select(['o9999']);
    await frame();
    expect(list().scrollTop).toBe(Math.ceil((10_000 * 28 - 400) / 28) * 28);
    list().dispatchEvent(new Event('scroll'));
    await frame();
    expect(options().at(-1)?.getAttribute('aria-posinset')).toBe('10000');
    expect(options().at(-1)?.getAttribute('aria-selected')).toBe('true');
    expect(options().length).toBeLessThan(60);
  });
});

describe('many objects', () => {
  const filter = (): HTMLInputElement => find<HTMLInputElement>(el, '.ipya-object-bar input');
  const type = async (text: string): Promise<void> => {
    filter().value = text;
    filter().dispatchEvent(new Event('input'));
    await frame();
  };
  const texts = (): (string | undefined)[] =>
    options()
      .sort((a, b) => Number(a.getAttribute('aria-posinset')) - Number(b.getAttribute('aria-posinset')))
      .map((each) => each.querySelector('.ipya-object-name')?.textContent ?? undefined);

  beforeEach(async () => {
    session.show(Array.from({ length: 12 }, (_, at) => box(`o${at}`, at % 3 ? 'id-RBC' : 'id-WBC')));
    await frame();
  });

  it('can be filtered, and few need not be', async () => {
    expect(find(el, '.ipya-object-bar').hidden).toBe(false);
    await type('wbc');
    expect(texts()).toEqual(['WBC', 'WBC', 'WBC', 'WBC']);
    expect(find(el, '.ipya-total').textContent).toBe('4 of 12');
    press(filter(), 'Escape');
    await frame();
    expect(options()).toHaveLength(12);
    session.show([box('a', 'id-RBC')]);
    await frame();
    expect(find(el, '.ipya-object-bar').hidden).toBe(true);
  });

  it('say what was looked for where nothing is found, and go on to the list by keys', async () => {
    await type('platelet');
    expect(find(el, '.ipya-empty').textContent).toMatch(/None of the 12 objects here has “platelet”/);
    await type('wbc');
    press(filter(), 'ArrowDown');
    expect(document.activeElement).toBe(list());
    press(list(), 'End');
    expect(selected()).toEqual(['o9']);
  });

  it('stand in the order that was chosen, and are selected and deleted in it', async () => {
    const order = find<HTMLSelectElement>(el, '.ipya-order');
    order.value = 'class';
    order.dispatchEvent(new Event('change'));
    await frame();
    expect(texts().lastIndexOf('RBC')).toBeLessThan(texts().indexOf('WBC'));
    click(8);
    expect(selected()).toEqual(['o0']);
    click(11, { shiftKey: true });
    expect(selected()).toEqual(['o0', 'o3', 'o6', 'o9']);
    press(list(), 'Delete');
    expect(session.commits[0]?.ops.map(({ id }) => id)).toEqual(['o0', 'o3', 'o6', 'o9']);
  });
});

describe('a class in the row', () => {
  const rename = (): HTMLSelectElement => find<HTMLSelectElement>(el, '.ipya-rename');

  it('is chosen by a double click', () => {
    options()[0]?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    expect([...rename().options].map(({ text }) => text)).toEqual(['RBC', 'WBC']);
    rename().value = 'id-WBC';
    rename().dispatchEvent(new Event('change'));
    expect(session.commits.map(({ ops }) => ops.map(({ id, path, new: value }) => [id, path, value]))).toEqual([
      [['a', 'class_id', 'id-WBC']],
    ]);
    expect(session.activeClass).toBe('');
    expect(el.querySelector('.ipya-rename')).toBeNull();
    expect(document.activeElement).toBe(list());
  });

  it('is chosen by F2 for all that is selected, or left by Escape', () => {
    click(0);
    press(list(), 'F2');
    press(rename(), 'Escape');
    expect(el.querySelector('.ipya-rename')).toBeNull();
    click(2, { ctrlKey: true });
    press(list(), 'F2');
    rename().value = 'id-WBC';
    rename().dispatchEvent(new Event('change'));
    expect(session.commits.map(({ ops }) => ops.map(({ id }) => id))).toEqual([['a', 'c']]);
  });

  it('is not chosen where it is locked or nothing can be changed', () => {
    session.veil.put('locked', ['a'], true);
    options()[0]?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    session.readOnly = true;
    options()[1]?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    expect(el.querySelector('.ipya-rename')).toBeNull();
  });
});

describe('the eye and the padlock', () => {
  const button = (name: string): HTMLButtonElement => find<HTMLButtonElement>(el, `[aria-label="${name}"]`);

  it('hide and lock an object, and say so', async () => {
    button('Hide RBC 1').click();
    button('Lock WBC 2').click();
    await frame();
    expect([session.hidden, session.locked]).toEqual([['a'], ['b']]);
    expect(button('Hide RBC 1').getAttribute('aria-pressed')).toBe('true');
    expect(options()[0]?.dataset['hidden']).toBe('true');
    expect(button('Delete WBC 2').disabled).toBe(true);
    button('Hide RBC 1').click();
    expect(session.hidden).toEqual([]);
    expect(session.commits).toEqual([]);
  });

  it('show what is hidden with its class, which they do not undo', async () => {
    session.veil.put('hidden', ['id-RBC'], true);
    await frame();
    expect(button('Hide RBC 1').getAttribute('aria-pressed')).toBe('true');
    expect(button('Hide RBC 1').disabled).toBe(true);
    expect(button('Hide WBC 2').disabled).toBe(false);
  });

  it('keep what is locked from the Delete key', () => {
    session.veil.put('locked', ['a'], true);
    session.select(['a', 'c']);
    press(list(), 'Delete');
    expect(session.commits.map(({ ops }) => ops.map(({ id }) => id))).toEqual([['c']]);
  });
});

it('leaves nothing behind', () => {
  owner.abort();
  expect(session.listening()).toBe(0);
});

describe('what is said of a shape', () => {
  const square = [
    [0, 0],
    [9, 0],
    [9, 9],
  ];

  it.each([
    [{ kind: 'box', x: 1.2, y: 2, width: 30.6, height: 40 }, '1,2 31×40'],
    [{ kind: 'polygon', points: square, holes: [] }, 'polygon 3 pts'],
    [{ kind: 'polygon', points: square, holes: [square] }, 'polygon 3 pts 1 hole'],
    [{ kind: 'polyline', points: square }, 'line 3 pts'],
    [{ kind: 'points', points: [[1, 2]] }, '1 pt'],
    [{ kind: 'skeleton', joints: [[1, 2, 2]] }, 'skeleton 1 joint'],
    [{ kind: 'ellipse', cx: 1, cy: 1, rx: 10.2, ry: 4, angle: 0 }, 'ellipse 20×8'],
    [{ kind: 'mask', size: [1, 2], counts: '01' }, 'mask'],
    [{ kind: 'ellipse', rx: '<b>' }, 'ellipse ?×?'],
  ])('%j is %s', (shape, words) => {
    expect(describeShape(shape)).toBe(words);
  });
});
