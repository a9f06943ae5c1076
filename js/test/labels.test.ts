// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import type { LabelsValues } from '../src/labels';
import { chosen } from '../src/labels/choosing';
import type { ItemData, ObjectData } from '../src/shared/protocol';
import { FakeModel, FakeSession, find, frame, named } from './fake';

const { mount } = await import('../src/labels');

const PNG = new DataView(new Uint8Array([137, 80, 78, 71]).buffer);
const label = (id: string, class_id: string): ObjectData => ({
  id,
  item: 'a.jpg',
  shape: { kind: 'whole' },
  part: 'labels',
  class_id,
});
const item = (state: ItemData['state'] = 'todo'): ItemData => ({
  key: 'a.jpg',
  name: 'a.jpg',
  index: 0,
  total: 3,
  state,
  note: '',
  width: 640,
  height: 480,
  problem: null,
  warning: null,
});

describe('what choosing a label does', () => {
  const choose = (objects: ObjectData[], classId: string, more: object = {}) =>
    chosen({ item: item(), objects, classId, multiple: true, finish: false, ...more }).map((op) => [
      op.action,
      op.record,
      op.action === 'create' ? (op.new as { class_id: string }).class_id : op.id,
    ]);

  it('gives it, and takes it away again', () => {
    expect(choose([], 'cat')).toEqual([['create', 'object', 'cat']]);
    expect(choose([label('1', 'cat')], 'cat')).toEqual([['delete', 'object', '1']]);
  });

  it('takes it away as often as it was given: two people may have at the same moment', () => {
    expect(choose([label('1', 'cat'), label('2', 'cat')], 'cat')).toEqual([
      ['delete', 'object', '1'],
      ['delete', 'object', '2'],
    ]);
  });

  it('leaves the others, or takes their place where there is one only', () => {
    const there = [label('1', 'dog')];
    expect(choose(there, 'cat')).toEqual([['create', 'object', 'cat']]);
    expect(choose(there, 'cat', { multiple: false })).toEqual([
      ['create', 'object', 'cat'],
      ['delete', 'object', '1'],
    ]);
  });

  it('leaves boxes alone', () => {
    const box: ObjectData = { id: 'b', item: 'a.jpg', shape: { kind: 'box' }, class_id: 'cat' };
    expect(choose([box], 'cat', { multiple: false })).toEqual([['create', 'object', 'cat']]);
  });

  it('finishes the item in the same change, and then keeps a label that is there', () => {
    expect(choose([], 'cat', { finish: true })).toEqual([
      ['create', 'object', 'cat'],
      ['set', 'item', 'a.jpg'],
    ]);
    expect(choose([label('1', 'cat')], 'cat', { finish: true })).toEqual([['set', 'item', 'a.jpg']]);
    expect(choose([label('1', 'cat')], 'cat', { finish: true, item: item('done') })).toEqual([]);
  });

  it('names the state that is stored, which in_progress is not', () => {
    const ops = chosen({ item: item('in_progress'), objects: [], classId: 'x', multiple: true, finish: true });
    expect(ops.at(-1)).toMatchObject({ path: 'state', old: 'todo', new: 'done' });
  });
});

describe('the list', () => {
  let session: FakeSession;
  let owner: AbortController;
  let el: HTMLElement;
  let model: FakeModel<LabelsValues>;
  const options = (): HTMLElement[] => [...el.querySelectorAll<HTMLElement>('[role=option]')];
  const selected = (): (string | null)[] => options().map((each) => each.getAttribute('aria-selected'));

  beforeEach(() => {
    session = new FakeSession();
    session.classes = ['cat', 'dog'].map((name, at) => named(name, at + 1));
    owner = new AbortController();
    model = new FakeModel<LabelsValues>({
      session: {},
      extensible: false,
      multiple: true,
      advance: false,
      pictorial: false,
      size: [60, 40],
      pictures: {},
    });
    el = document.createElement('div');
    document.body.replaceChildren(el);
    mount(session.as(), el, owner.signal, model.as());
  });

  it('shows which labels the item has', async () => {
    session.show([label('1', 'id-dog')]);
    await frame();
    expect(selected()).toEqual(['false', 'true']);
    expect(find(el, '[role=listbox]').getAttribute('aria-multiselectable')).toBe('true');
  });

  it('gives one by click and by key', () => {
    options()[0]?.click();
    session.emit('action', 'label:id-dog');
    expect(session.commits.map(({ ops }) => (ops[0]?.new as { class_id: string } | undefined)?.class_id)).toEqual([
      'id-cat',
      'id-dog',
    ]);
    expect(session.act).not.toHaveBeenCalled();
  });

  it('is given once by a key where the list is shown twice', () => {
    const other = document.createElement('div');
    const second = new AbortController();
    mount(session.as(), other, second.signal, model.as());
    session.emit('action', 'label:id-cat');
    expect(session.commits.map(({ ops }) => ops.map((op) => op.action))).toEqual([['create']]);
    owner.abort();
    session.emit('action', 'label:id-dog');
    expect(session.commits).toHaveLength(2);
    second.abort();
  });

  it('changes nothing where nothing can be changed', () => {
    session.readOnly = true;
    options()[0]?.click();
    expect(session.commits).toEqual([]);
  });

  it('goes on after a label, and passes over keys until the next picture is there', () => {
    model.put({ advance: true });
    session.emit('action', 'label:id-cat');
    session.emit('action', 'label:id-dog');
    expect(session.commits).toHaveLength(1);
    expect(session.commits[0]?.ops.map((op) => op.record)).toEqual(['object', 'item']);
    expect(session.act.mock.calls).toEqual([['next_todo']]);
    session.item = { ...item(), key: 'b.jpg', name: 'b.jpg' };
    session.emit('item', undefined);
    session.emit('action', 'label:id-dog');
    expect(session.commits).toHaveLength(2);
  });

  it('can be corrected where nothing is left to do', () => {
    model.put({ advance: true });
    session.emit('action', 'label:id-cat');
    session.emit('notice', { level: 'info', text: 'Everything is done.', detail: '' });
    session.emit('action', 'label:id-dog');
    expect(session.commits).toHaveLength(2);
  });

  it('is not given while another picture is on its way', () => {
    session.loading = true;
    options()[0]?.click();
    session.emit('action', 'label:id-dog');
    expect(session.commits).toEqual([]);
    session.loading = false;
    session.emit('action', 'label:id-dog');
    expect(session.commits).toHaveLength(1);
  });

  it('can be given again where an undo came before the next picture', () => {
    model.put({ advance: true });
    session.emit('action', 'label:id-cat');
    session.loading = true;
    session.emit('loading', undefined);
    session.loading = false;
    session.emit('loading', undefined);
    session.emit('action', 'label:id-dog');
    expect(session.commits).toHaveLength(2);
  });

  it('tells Python that the person switched it', () => {
    const box = find<HTMLInputElement>(el, 'input[type=checkbox]');
    box.checked = true;
    box.dispatchEvent(new Event('change'));
    expect(model.get('advance')).toBe(true);
  });

  it('shows pictures, and the name on its colour where there is none', async () => {
    model.put({ pictorial: true, pictures: { 'id-cat': PNG } });
    await frame();
    const tiles = [...el.querySelectorAll<HTMLElement>('.ipya-tile')];
    expect(tiles.map((tile) => tile.querySelector('img') !== null)).toEqual([true, false]);
    expect(tiles[1]?.textContent).toBe('dog');
    expect(tiles[0]?.style.width).toBe('60px');
  });

  it('ends all that it began', () => {
    const before = session.listening();
    owner.abort();
    expect(before).toBeGreaterThan(0);
    expect(session.listening()).toBe(0);
    expect(model.listening()).toBe(0);
  });
});
