// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { matching, order } from '../src/classes/order';
import { chooseClass } from '../src/shared/edits';
import { perform } from '../src/shared/keys';
import type { ClassData } from '../src/shared/protocol';
import { box, FakeModel, FakeSession, find, frame, named, press } from './fake';

const { mount } = await import('../src/classes');

let session: FakeSession;
let owner: AbortController;
let el: HTMLElement;
let model: FakeModel<{ session: object; extensible: boolean }>;

const options = (): HTMLElement[] => [...el.querySelectorAll<HTMLElement>('[role=option]')];
const names = (): string[] => options().map((each) => find(each, '.ipya-class-name').textContent ?? '');
const list = (): HTMLElement => find(el, '[role=listbox]');
const filter = (): HTMLInputElement => find<HTMLInputElement>(el, 'input');
const type = (text: string): void => {
  filter().value = text;
  filter().dispatchEvent(new Event('input', { bubbles: true }));
};
const start = (count: number, open = false): void => {
  session = new FakeSession();
  session.classes =
    count === 3
      ? ['RBC', 'WBC', 'Platelets'].map((name, at) => named(name, at + 1))
      : Array.from({ length: count }, (_, at) => named(`class ${String(at).padStart(3, '0')}`, at + 1));
  session.activeClass = session.classes[0]?.id ?? '';
  owner = new AbortController();
  model = new FakeModel({ session: {}, extensible: open });
  el = document.createElement('div');
  document.body.replaceChildren(el);
  mount(session.as(), el, owner.signal, model.as());
};

beforeEach(() => start(3));

describe('the list', () => {
  it('names the classes, their keys and their counts; the active one is selected', async () => {
    session.show([box('1', 'id-WBC'), box('2', 'id-WBC'), box('3')]);
    await frame();
    expect(names()).toEqual(['RBC', 'WBC', 'Platelets']);
    expect(options().map((each) => find(each, 'kbd').textContent)).toEqual(['1', '2', '3']);
    expect(options().map((each) => find(each, '.ipya-count').textContent)).toEqual(['0', '2', '0']);
    expect(options().map((each) => each.getAttribute('aria-selected'))).toEqual(['true', 'false', 'false']);
    expect(list().getAttribute('aria-label')).toBe('Classes');
    expect(list().dataset['lmSuppressShortcuts']).toBe('true');
    expect(filter().hidden).toBe(true);
  });

  it('takes names as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    session.classes = [named(name, 1)];
    session.emit('classes', undefined);
    await frame();
    expect(names()).toEqual([name]);
    expect(el.querySelector('img')).toBeNull();
  });

  it('makes the clicked class the active one', () => {
    options()[1]?.click();
    expect(session.activeClass).toBe('id-WBC');
    expect(session.commits).toEqual([]);
  });

  it('gives the class to all selected objects in one commit, where it differs', () => {
    session.show([box('1', 'id-RBC'), box('2', 'id-WBC'), box('3')]);
    session.select(['1', '2', '3']);
    options()[1]?.click();
    expect(session.commits).toEqual([
      {
        ops: [
          { action: 'set', record: 'object', id: '1', item: 'a.jpg', path: 'class_id', old: 'id-RBC', new: 'id-WBC' },
          { action: 'set', record: 'object', id: '3', item: 'a.jpg', path: 'class_id', old: null, new: 'id-WBC' },
        ],
        selected: undefined,
      },
    ]);
    expect(session.activeClass).toBe('id-WBC');
  });

  it('changes no object where nothing can be changed', () => {
    session.readOnly = true;
    session.show([box('1', 'id-RBC')]);
    session.select(['1']);
    options()[1]?.click();
    expect(session.commits).toEqual([]);
  });

  it('shows a retired class only while it is used, and says so', async () => {
    session.classes = [named('RBC', 1), named('old', 2, { retired: true })];
    session.emit('classes', undefined);
    await frame();
    expect(names()).toEqual(['RBC']);
    session.show([box('1', 'id-old')]);
    await frame();
    expect(names()).toEqual(['RBC', 'old']);
    expect(options()[1]?.textContent).toContain('retired');
  });

  it('says what to do where there is nothing', async () => {
    session.classes = [];
    session.emit('classes', undefined);
    await frame();
    expect(find(el, '.ipya-empty').textContent).toMatch(/no classes.*classes\.add/i);
    model.put({ extensible: true });
    await frame();
    expect(find(el, '.ipya-empty').textContent).toMatch(/Type a name/);
  });

  it('keeps its rows when only a count changes', async () => {
    const before = options();
    session.show([box('1', 'id-RBC')]);
    await frame();
    expect(options()).toEqual(before);
    expect(options().every((each, at) => each === before[at])).toBe(true);
  });
});

describe('the keyboard', () => {
  const at = (): string => find(el, '[data-cursor] .ipya-class-name').textContent ?? '';

  it('moves by arrows, Home and End, and chooses with Enter', () => {
    press(list(), 'ArrowDown');
    expect(at()).toBe('WBC');
    expect(list().getAttribute('aria-activedescendant')).toBe(options()[1]?.id);
    press(list(), 'End');
    expect(at()).toBe('Platelets');
    press(list(), 'ArrowDown');
    expect(at()).toBe('Platelets');
    press(list(), 'Home');
    expect(at()).toBe('RBC');
    press(list(), 'End');
    expect(session.activeClass).toBe('id-RBC');
    expect(press(list(), 'Enter').defaultPrevented).toBe(true);
    expect(session.activeClass).toBe('id-Platelets');
  });

  it('finds by the first letters, but leaves keys with a meaning to the keymap', () => {
    session.keymap = { b: 'tool:box', w: 'other' };
    press(list(), 'p');
    expect(at()).toBe('Platelets');
    press(list(), 'b');
    expect(session.act).not.toHaveBeenCalled(); // still typing the name
    start(3);
    session.keymap = { b: 'tool:box' };
    press(list(), 'b');
    expect(session.act).toHaveBeenCalledWith('tool:box');
  });
});

describe('many classes', () => {
  it('filters, best first, and Enter takes the first', () => {
    start(200);
    expect(filter().hidden).toBe(false);
    expect(options()).toHaveLength(200);
    type('19');
    expect(names()[0]).toBe('class 190'); // a word begins so
    expect(names()).toHaveLength(12);
    press(filter(), 'Enter');
    expect(session.activeClass).toBe('id-class 190');
    expect(filter().value).toBe('');
  });

  it('shows the recent ones first, from the next item or filter on', async () => {
    start(200);
    session.setActiveClass('id-class 150');
    session.setActiveClass('id-class 100');
    await frame();
    expect(names()[0]).toBe('class 000');
    session.item = session.item && { ...session.item, key: 'b.jpg' };
    session.emit('item', undefined);
    await frame();
    expect(names().slice(0, 3)).toEqual(['class 100', 'class 150', 'class 000']);
    type('1');
    expect(names().slice(0, 2)).toEqual(['class 100', 'class 150']);
  });

  it('is reached by the action, and Escape leads back to the list', () => {
    start(200);
    session.emit('action', 'filter_classes');
    expect(document.activeElement).toBe(filter());
    type('zzz');
    expect(options()).toHaveLength(0);
    expect(find(el, '.ipya-empty').textContent).toContain('zzz');
    press(filter(), 'Escape');
    expect(document.activeElement).toBe(list());
    expect(options()).toHaveLength(200);
  });

  it('does not let typed letters act', () => {
    start(200);
    session.keymap = { b: 'tool:box' };
    expect(press(filter(), 'b').defaultPrevented).toBe(false);
    expect(session.act).not.toHaveBeenCalled();
  });
});

describe('open classes', () => {
  const add = (): HTMLButtonElement => find<HTMLButtonElement>(el, '.ipya-add');

  it('offers a name that does not exist', () => {
    start(3, true);
    expect(filter().hidden).toBe(false);
    type('  lympho <b>  ');
    expect(add().hidden).toBe(false);
    expect(add().textContent).toBe('Add "lympho <b>"');
    press(filter(), 'Enter');
    expect(session.act).toHaveBeenCalledWith('add_class', 'lympho <b>');
    expect(filter().value).toBe('');
  });

  it('offers it beside partial matches, but not for an exact one', () => {
    start(3, true);
    type('WB');
    expect(names()).toEqual(['WBC']);
    add().click();
    expect(session.act).toHaveBeenCalledWith('add_class', 'WB');
    type('WBC');
    expect(add().hidden).toBe(true);
  });

  it('adds nothing where classes are closed', () => {
    start(200);
    type('new');
    expect(add().hidden).toBe(true);
    press(filter(), 'Enter');
    expect(session.act).not.toHaveBeenCalled();
  });
});

describe('pure functions', () => {
  it('match without case and accents, words before insides', () => {
    const classes = ['scar', 'Café', 'racing car', 'CAR', 'carton'].map((name, at) => named(name, at));
    expect(matching(classes, 'car').map(({ name }) => name)).toEqual(['CAR', 'carton', 'racing car', 'scar']);
    expect(matching(classes, 'cafe').map(({ name }) => name)).toEqual(['Café']);
  });
  it('order by recency, then by schema, retired last', () => {
    const classes = [named('a', 1), named('b', 2, { retired: true }), named('c', 3), named('d', 4)];
    expect(order(classes, ['id-d', 'id-b']).map(({ name }) => name)).toEqual(['d', 'a', 'c', 'b']);
  });
});

it('leaves nothing behind', () => {
  owner.abort();
  expect(session.listening()).toBe(0);
  expect(model.listening()).toBe(0);
});

describe('what a class says of its objects', () => {
  const data = (id: string, more: Partial<ClassData> = {}): ClassData => ({
    id,
    name: id,
    color: '#0072b2',
    key: '',
    order: 1,
    retired: false,
    ...more,
  });

  it('comes with the class, where the object has no value of its own, in the same change', () => {
    const session = new FakeSession();
    const attributes = [{ name: 'colour', default: 'red' }, { name: 'speed', default: 3 }, { name: 'note' }];
    session.classes = [data('car', { attributes })];
    session.show([box('a', 'bus', { attributes: { speed: 7 } })]);
    session.select(['a']);
    chooseClass(session.as(), 'car');
    expect(session.commits).toHaveLength(1);
    expect(session.commits[0]?.ops.map(({ path, new: value }) => [path, value])).toEqual([
      ['class_id', 'car'],
      ['attributes/colour', 'red'],
    ]);
  });

  it('gives or takes a label of the whole image by its key, and is not drawn with', () => {
    const session = new FakeSession();
    session.classes = [data('night', { shapes: ['whole'] }), data('car')];
    const act = vi.spyOn(session, 'act');
    perform(session.as(), 'class:night');
    expect(act).toHaveBeenCalledWith('whole:night');
    expect(session.activeClass).not.toBe('night');
    perform(session.as(), 'class:car');
    expect(session.activeClass).toBe('car');
  });
});

describe('the eye and the padlock', () => {
  const button = (name: string): HTMLButtonElement => find<HTMLButtonElement>(el, `[aria-label="${name}"]`);

  it('hide and lock all of a class, without choosing it', async () => {
    button('Hide WBC').click();
    button('Lock Platelets').click();
    await frame();
    expect([session.hidden, session.locked]).toEqual([['id-WBC'], ['id-Platelets']]);
    expect(button('Hide WBC').getAttribute('aria-pressed')).toBe('true');
    expect(session.activeClass).toBe('id-RBC');
    button('Hide WBC').click();
    expect(session.hidden).toEqual([]);
  });

  it('have keys: those that hide and lock what is selected mean the class here', () => {
    session.keymap = { q: 'hide', 'Shift+k': 'lock', x: 'reject' };
    press(list(), 'ArrowDown');
    press(list(), 'q');
    press(list(), 'K', { shiftKey: true });
    expect([session.hidden, session.locked]).toEqual([['id-WBC'], ['id-WBC']]);
    press(list(), 'q');
    expect(session.hidden).toEqual([]);
    expect(session.act).not.toHaveBeenCalled();
    press(list(), 'x');
    expect(session.act).toHaveBeenCalledWith('reject');
  });
});
