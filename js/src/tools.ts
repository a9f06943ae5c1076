// The rail of tools: one button per tool, then the views of the picture. It shows and asks; it draws nothing itself.
import './tools.css';
import type { AnyModel } from '@anywidget/types';
import {
  Brush,
  CircleDashed,
  Contrast,
  CopyPlus,
  Crosshair,
  Diamond,
  Eraser,
  Expand,
  Hand,
  MousePointer2,
  Pentagon,
  PersonStanding,
  Scan,
  Scissors,
  Shapes,
  Sparkles,
  Spline,
  SquareDashed,
  WandSparkles,
} from 'lucide-static';
import { element, icon, KEEP_KEYS, setAttribute, setText } from './shared/dom';
import { shortcutOnButton, showKey, swallow } from './shared/keys';
import type { Session } from './shared/session';
import { type Values, widget } from './shared/widget';

interface Button {
  /** The name of the tool, or of the action. */
  name: string;
  label: string;
  svg: string;
  /** Makes or changes objects, so it is not offered where nothing can be changed. */
  edits?: boolean;
}

/** The tools that have an icon and a label of their own; any other name gets general ones. */
export const TOOLS = new Map<string, Button>(
  [
    { name: 'select', label: 'Select', svg: MousePointer2 },
    { name: 'box', label: 'Box', svg: SquareDashed, edits: true },
    { name: 'rotated_box', label: 'Rotated box', svg: Diamond, edits: true },
    { name: 'polygon', label: 'Polygon', svg: Pentagon, edits: true },
    { name: 'polyline', label: 'Polyline', svg: Spline, edits: true },
    { name: 'cut', label: 'Cut', svg: Scissors, edits: true },
    { name: 'ellipse', label: 'Ellipse', svg: CircleDashed, edits: true },
    { name: 'points', label: 'Points', svg: Crosshair, edits: true },
    { name: 'skeleton', label: 'Skeleton', svg: PersonStanding, edits: true },
    { name: 'brush', label: 'Brush', svg: Brush, edits: true },
    { name: 'eraser', label: 'Eraser', svg: Eraser, edits: true },
    { name: 'wand', label: 'Magic wand', svg: WandSparkles, edits: true },
    { name: 'assist', label: 'Assist', svg: Sparkles, edits: true },
    { name: 'pan', label: 'Pan', svg: Hand },
  ].map((tool) => [tool.name, tool]),
);

const VIEWS: readonly Button[] = [
  { name: 'fit', label: 'Fit', svg: Expand },
  { name: 'actual_size', label: 'Actual size', svg: Scan },
  { name: 'adjust', label: 'Brightness and contrast', svg: Contrast },
];

/** The actions that have an icon and a label of their own. */
const ACTIONS = new Map<string, Button>(
  [{ name: 'same_as_previous', label: 'Same as the image before', svg: CopyPlus, edits: true }].map((action) => [
    action.name,
    action,
  ]),
);

export interface ToolsValues extends Values {
  /** The names of the tools on offer, in order. */
  tools: string[];
  /** The names of actions that have a button below them. */
  actions?: string[];
}

function known(name: string, table: ReadonlyMap<string, Button> = TOOLS): Button {
  const label = name.replaceAll('_', ' ');
  return table.get(name) ?? { name, label: label.charAt(0).toUpperCase() + label.slice(1), svg: Shapes, edits: true };
}

/** The side of a button, what is between two, and what is above and below all, in CSS pixels, as in the style sheet. */
const [SIDE, GAP, PADDING] = [36, 4, 8] as const;

interface Shown {
  made: HTMLButtonElement;
  key: HTMLElement;
  label: string;
  action: string;
  tool: Button | null;
}

export function mount(session: Session, el: HTMLElement, owner: AbortSignal, model: AnyModel<ToolsValues>): void {
  const rail = element('div', {
    class: 'ipya ipya-tools',
    role: 'toolbar',
    'aria-label': 'Tools',
    'aria-orientation': 'vertical',
  });
  el.replaceChildren(rail);
  let buttons: Shown[] = [];

  const button = (of: Button, tool: Button | null): Shown => {
    const key = element('span', { class: 'ipya-tool-key', 'aria-hidden': true });
    const made = element(
      'button',
      { type: 'button', class: 'ipya-tool', 'aria-label': of.label, tabindex: -1, ...KEEP_KEYS },
      icon(of.svg),
      key,
    );
    made.addEventListener('click', () => (tool ? session.setTool(of.name) : session.act(of.name)), { signal: owner });
    return { made, key, label: of.label, action: of.name, tool };
  };

  const refresh = (): void => {
    for (const { made, key, label, action, tool } of buttons) {
      const first = showKey(made, label, tool ? `tool:${action}` : action, session.keymap);
      setText(key, [...first].length <= 3 ? first : '');
      if (!tool) continue;
      setAttribute(made, 'aria-pressed', session.tool === tool.name);
      setAttribute(made, 'hidden', session.readOnly && tool.edits === true);
    }
    const open = buttons.filter(({ made }) => !made.hidden);
    const stop =
      open.find(({ made }) => made === document.activeElement) ??
      open.find(({ tool }) => tool?.name === session.tool) ??
      open[0];
    for (const each of buttons) each.made.tabIndex = each === stop ? 0 : -1;
    fold();
  };

  const build = (): void => {
    const tools = model.get('tools').map((name) => button(known(name), known(name)));
    const actions = (model.get('actions') ?? []).map((name) => button(known(name, ACTIONS), null));
    const views = [...actions, ...VIEWS.map((view) => button(view, null))];
    buttons = [...tools, ...views];
    const line = element('div', { class: 'ipya-tools-line', role: 'separator' });
    rail.replaceChildren(...tools.map(({ made }) => made), line, ...views.map(({ made }) => made));
    refresh();
  };

  rail.addEventListener(
    'keydown',
    (event) => {
      const open = buttons.filter(({ made }) => !made.hidden).map(({ made }) => made);
      const at = open.indexOf(event.target as HTMLButtonElement);
      const to = at < 0 ? undefined : MOVES.get(event.key)?.(at, open.length);
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
      if (to !== undefined && plain) {
        swallow(event);
        open[to]?.focus();
        refresh();
      } else {
        shortcutOnButton(event, session);
      }
    },
    { signal: owner },
  );
  // A grid cannot find out by itself how wide its columns make it, when they come of its height.
  const fold = (): void => {
    const rows = Math.max(1, Math.floor((rail.clientHeight - PADDING + GAP) / (SIDE + GAP)));
    const count = buttons.filter(({ made }) => !made.hidden).length;
    rail.style.setProperty('--ipya-tool-columns', String(rail.clientHeight ? Math.ceil(count / rows) : 1));
  };
  const observer = new ResizeObserver(fold);
  observer.observe(rail);
  owner.addEventListener('abort', () => observer.disconnect(), { once: true });
  for (const signal of ['tool', 'keymap', 'readOnly'] as const) session.on(signal, refresh, owner);
  for (const name of ['change:tools', 'change:actions']) {
    model.on(name, build);
    owner.addEventListener('abort', () => model.off(name, build), { once: true });
  }
  build();
}

const MOVES = new Map<string, (at: number, count: number) => number>([
  ['ArrowDown', (at, count) => (at + 1) % count],
  ['ArrowUp', (at, count) => (at + count - 1) % count],
  ['Home', () => 0],
  ['End', (_, count) => count - 1],
]);

export default widget<ToolsValues>(mount);
