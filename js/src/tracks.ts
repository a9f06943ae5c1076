// The tracks of a clip: which there are, where they go, and which one the next box continues.
//
// The canvas and this widget meet as host and guest (`canvas/guests.ts`): this one draws the trajectories beneath the
// boxes, and gives a box that is drawn its id before it is stored.
import './tracks.css';
import type { AnyModel } from '@anywidget/types';
import { Merge, Pencil, Plus, Scissors, Trash2 } from 'lucide-static';
import { visit } from './canvas/guests';
import { paintTrail } from './canvas/trails';
import { coalesced, element, icon, KEEP_KEYS, safeColor, setAttribute, setText } from './shared/dom';
import { NO_CLASS } from './shared/edits';
import { shortcutOnButton, showKey, swallow } from './shared/keys';
import type { ClassData } from './shared/protocol';
import type { Session } from './shared/session';
import { acting } from './shared/views';
import { type Values, widget } from './shared/widget';
import { Book, type News, type Track } from './tracks/book';
import { Desk } from './tracks/desk';
import { trackList } from './tracks/list';

export interface TracksValues extends Values {
  /** Whether trajectories are drawn. */
  trails: boolean;
}

/** More trajectories than this are no picture of anything: those on the frame on screen come first. */
const DRAWN = 100;
const NEUTRAL = '#9aa4ae';

export function mount(session: Session, el: HTMLElement, owner: AbortSignal, model: AnyModel<TracksValues>): void {
  const book = new Book();
  const desk = new Desk(session, book);
  let classes = new Map<string, ClassData>();
  let selected: ReadonlySet<string> = new Set();
  let here: ReadonlySet<string> = new Set();

  const send = (message: { type: 'hello' } | { type: 'draw'; blocks: [id: string, block: number][] }): void => {
    try {
      model.send(message);
    } catch {
      // The kernel is gone, which the save state says; the list stays as it was.
    }
  };

  // ---- the panel

  const total = element('span', { class: 'ipya-total' });
  const trails = element('input', { type: 'checkbox', role: 'switch', ...KEEP_KEYS });
  const trailsLabel = element('label', { class: 'ipya-trails' }, trails, 'Trajectories');
  const title = element('div', { class: 'ipya-title' }, element('span', {}, 'Tracks ', total), trailsLabel);
  const button = (name: string, svg: string, action: () => void): HTMLButtonElement => {
    const made = element('button', { type: 'button', class: 'ipya-track-tool', ...KEEP_KEYS }, icon(svg), name);
    made.addEventListener('click', () => act(action), { signal: owner });
    made.addEventListener('keydown', (event) => shortcutOnButton(event, session), { signal: owner });
    return made;
  };
  const act = (action: () => void): void => {
    if (session.readOnly) return;
    action();
    later();
  };
  const fresh = button('New', Plus, () => desk.begin());
  const join = button('Join', Merge, () => desk.join());
  const split = button('Split', Scissors, () => desk.split());
  const rename = button('Rename', Pencil, () => ask());
  const remove = button('Delete', Trash2, () => desk.remove());
  const tools = element('div', { class: 'ipya-track-tools', role: 'toolbar', 'aria-label': 'Tracks' });
  tools.append(fresh, join, split, rename, remove);
  const name = element('input', {
    class: 'ipya-track-rename',
    type: 'text',
    'aria-label': 'New id of the track',
    maxlength: 64,
    hidden: true,
    autocomplete: 'off',
    spellcheck: 'false',
    ...KEEP_KEYS,
  });
  const hint = element('p', { class: 'ipya-track-hint' });
  const empty = element('p', { class: 'ipya-empty' });
  const list = trackList(session, owner, {
    tracks: () => book.list,
    nameOf: (track) => (track.classId ? (classes.get(track.classId)?.name ?? track.classId) : NO_CLASS),
    colorOf: (track) => colorOf(track),
    checked: (id) => desk.checked.has(id),
    here: (id) => here.has(id),
    selected: (id) => selected.has(id),
    toggle(id) {
      desk.toggle(id);
      later();
    },
    open: (id) => session.act('open_track', id),
  });
  el.replaceChildren(element('section', { class: 'ipya ipya-tracks' }, title, tools, name, hint, list.element, empty));

  const colorOf = (track: Track): string =>
    track.classId ? safeColor(classes.get(track.classId)?.color ?? '') : NEUTRAL;

  const refresh = (): void => {
    here = desk.here;
    selected = new Set([...session.selection].flatMap((id) => session.byId.get(id)?.track ?? []));
    const { size } = desk.checked;
    const { readOnly } = session;
    setText(total, book.complete ? book.list.length.toLocaleString('en') : '…');
    trails.checked = model.get('trails');
    showKey(trailsLabel, 'The ways of the tracks near this frame', 'track_trails', session.keymap);
    setAttribute(tools, 'hidden', readOnly);
    setAttribute(hint, 'hidden', readOnly);
    setText(hint, desk.hint());
    setAttribute(fresh, 'aria-pressed', desk.fresh);
    showKey(fresh, 'The next box begins a new track', 'track_new', session.keymap);
    showKey(
      join,
      size > 1 ? 'Make one track of those checked' : 'Check two tracks to join them',
      'track_join',
      session.keymap,
    );
    const one = size === 1 ? '' : ' (check one)';
    setAttribute(split, 'title', `From this frame on, a track of its own${one}`);
    setAttribute(rename, 'title', `Give the track another id${one}`);
    setAttribute(remove, 'title', size ? 'Delete all boxes of the checked tracks' : 'Delete tracks (check some)');
    // Not `disabled`: a button that was just pressed has the focus, and a disabled one hears no keys.
    setAttribute(join, 'aria-disabled', size < 2);
    for (const each of [split, rename]) setAttribute(each, 'aria-disabled', size !== 1);
    setAttribute(remove, 'aria-disabled', size === 0);
    if (size !== 1) setAttribute(name, 'hidden', true);
    setAttribute(empty, 'hidden', book.list.length > 0 || !book.complete);
    setText(empty, readOnly ? 'There are no tracks.' : 'No tracks yet. A box that you draw begins one.');
    list.draw();
  };
  const later = coalesced(refresh, owner);

  // ---- renaming

  const ask = (): void => {
    if (desk.chosen === null) return;
    name.value = desk.chosen;
    setAttribute(name, 'hidden', false);
    name.focus();
    name.select();
  };
  name.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      if (event.key === 'Enter') desk.rename(name.value);
      setAttribute(name, 'hidden', true);
      rename.focus();
      swallow(event);
    },
    { signal: owner },
  );
  name.addEventListener('blur', () => setAttribute(name, 'hidden', true), { signal: owner });

  // ---- on the canvas

  const drawn = (): Track[] => {
    if (!model.get('trails')) return [];
    const around = book.around();
    return around.length <= DRAWN
      ? around
      : [...around].sort((a, b) => Number(here.has(b.id)) - Number(here.has(a.id))).slice(0, DRAWN);
  };
  const repaint = visit(
    session,
    {
      paint(context, view) {
        for (const track of drawn()) {
          paintTrail(context, { color: colorOf(track), stops: book.stops(track.id) }, book.frame, view);
        }
      },
      complete(object) {
        desk.complete(object);
        later();
      },
    },
    owner,
  );
  /** Ask for the centres of what is to be drawn and is not here. */
  const fetch = (): void => {
    book.show(session.item?.key ?? '');
    const blocks = book.wanted(drawn());
    if (blocks.length) send({ type: 'draw', blocks });
    repaint();
  };

  const setTrails = (on: boolean): void => {
    model.set('trails', on);
    model.save_changes();
  };
  const trailsChanged = (): void => {
    fetch();
    later();
  };
  trails.addEventListener('change', () => setTrails(trails.checked), { signal: owner });
  trails.addEventListener('keydown', (event) => shortcutOnButton(event, session), { signal: owner });

  // ---- what comes in

  const receive = (news: News, buffers: DataView[]): void => {
    const said = book.take(news, JSON.parse(new TextDecoder().decode(buffers[0])));
    if (said === 'missed') {
      send({ type: 'hello' });
      return;
    }
    if (said === 'all' || said === 'some') desk.followed();
    fetch();
    later();
  };
  const heard = (news: News, buffers: DataView[]): void => {
    try {
      receive(news, buffers);
    } catch (error) {
      session.report(error);
    }
  };
  const reclass = (): void => {
    classes = new Map(session.classes.map((data) => [data.id, data]));
    repaint();
    later();
  };

  const acts = acting(session, el, owner);
  session.on(
    'action',
    (action) => {
      if (!acts()) return;
      if (action === 'track_trails') setTrails(!model.get('trails'));
      if (action === 'track_new') act(() => desk.begin());
      if (action === 'track_join') act(() => desk.join());
    },
    owner,
  );
  session.on(
    'selection',
    () => {
      const first = session.selection.values().next().value;
      const track = first === undefined ? null : session.byId.get(first)?.track;
      if (track) list.reveal(track);
      later();
    },
    owner,
  );
  session.on('item', trailsChanged, owner);
  session.on('classes', reclass, owner);
  for (const signal of ['objects', 'readOnly', 'keymap'] as const) session.on(signal, later, owner);
  model.on('change:trails', trailsChanged);
  model.on('msg:custom', heard);
  owner.addEventListener(
    'abort',
    () => {
      model.off('change:trails', trailsChanged);
      model.off('msg:custom', heard);
    },
    { once: true },
  );
  reclass();
  refresh();
  send({ type: 'hello' });
}

export default widget<TracksValues>(mount);
