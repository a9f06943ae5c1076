// How the picture and what is drawn on it are looked at: a small panel on the stage, and a filter on the layer of the picture. What 8 bits can
// show is done here, by one table for each frame; the window of values and the channels are asked of the kernel.
import type { AnyModel } from '@anywidget/types';
import { element, elementId, KEEP_KEYS, setText } from '../shared/dom';
import type { Session } from '../shared/session';
import { INK, type Ink } from './paint';

/** As the trait `adjust`; what is absent changes nothing. */
export interface Adjust {
  brightness?: number;
  contrast?: number;
  gamma?: number;
  /** Per cent of their colour that insides and outlines of objects have. */
  fill?: number;
  outline?: number;
  /** Whether names stand at objects that nobody points at. */
  names?: boolean;
  invert?: boolean;
  window?: [low: number, high: number] | null;
  channels?: string[];
}

interface AdjustValues {
  adjust: Adjust;
}

type Slider = 'brightness' | 'contrast' | 'gamma' | 'fill' | 'outline';

const SVG = 'http://www.w3.org/2000/svg';
/** Points of the table; the browser draws straight lines between them. */
const POINTS = 65;
type SliderOf = readonly [name: Slider, label: string, low: number, high: number, step: number, neutral: number];
/** Of the picture, and of what is drawn on it. */
const PICTURE: readonly SliderOf[] = [
  ['brightness', 'Brightness', -100, 100, 1, 0],
  ['contrast', 'Contrast', -100, 100, 1, 0],
  ['gamma', 'Gamma', 0.1, 4, 0.05, 1],
];
const DRAWN: readonly SliderOf[] = [
  ['fill', 'Fills', 0, 100, 5, 100 * INK.fill],
  ['outline', 'Outlines', 0, 100, 5, 100 * INK.outline],
];

/** What each value from 0 to 1 is shown as; null where all stay as they are. */
export function curve({ brightness = 0, contrast = 0, gamma = 1, invert = false }: Adjust): number[] | null {
  if (!brightness && !contrast && gamma === 1 && !invert) return null;
  const slope = contrast < 0 ? 1 + contrast / 100 : 1 + contrast / 25;
  return Array.from({ length: POINTS }, (_, at) => {
    const plain = (at / (POINTS - 1) - 0.5) * slope + 0.5 + brightness / 100;
    const shown = Math.min(1, Math.max(0, plain)) ** (1 / gamma);
    return Math.round((invert ? 1 - shown : shown) * 10_000) / 10_000;
  });
}

/** Adjustments without those that change nothing. */
export function trimmed(values: Adjust): Adjust {
  const { invert, names, window, channels } = values;
  const numbers = [...PICTURE, ...DRAWN].flatMap(([name, , , , , neutral]) =>
    values[name] === undefined || values[name] === neutral ? [] : [[name, values[name]]],
  );
  return {
    ...Object.fromEntries(numbers),
    ...(invert ? { invert } : {}),
    ...(names === false ? { names } : {}),
    ...(window ? { window } : {}),
    ...(channels?.length ? { channels } : {}),
  };
}

/** How much of their colour what is drawn has. */
export function inkOf({ fill = 100 * INK.fill, outline = 100 * INK.outline, names = INK.names }: Adjust): Ink {
  return { fill: fill / 100, outline: outline / 100, names };
}

/** Put the filter and the panel on a stage, until the owner ends; `draw` is told how objects are drawn. */
export function adjusting(
  session: Session,
  stage: HTMLElement,
  owner: AbortSignal,
  model: AnyModel<AdjustValues>,
  acts: () => boolean,
  draw: (ink: Ink) => void,
): void {
  let drawn = INK;
  const read = (): Adjust => model.get('adjust') ?? {};
  const filter = new Filter(stage);
  const panel = element('div', {
    class: 'ipya-adjust',
    role: 'group',
    'aria-label': 'How the picture is shown',
    hidden: true,
  });
  const put = (values: Adjust): void => {
    model.set('adjust', trimmed({ ...read(), ...values }));
    model.save_changes();
    refresh();
  };

  const slider = ([name, label, low, high, step, neutral]: SliderOf): ((values: Adjust) => void) => {
    const input = element('input', { type: 'range', min: low, max: high, step, 'aria-label': label, ...KEEP_KEYS });
    const said = element('output', {});
    input.addEventListener('input', () => put({ [name]: Number(input.value) }), { signal: owner });
    panel.append(element('label', {}, element('span', {}, label), input, said));
    return (values: Adjust): void => {
      const value = values[name] ?? neutral;
      input.value = String(value);
      setText(said, String(value));
    };
  };
  const box = (name: 'names' | 'invert', label: string): HTMLInputElement => {
    const input = element('input', { type: 'checkbox', ...KEEP_KEYS });
    input.addEventListener('change', () => put({ [name]: input.checked }), { signal: owner });
    panel.append(element('label', {}, element('span', {}, label), input));
    return input;
  };
  const sliders = PICTURE.map(slider);
  const invert = box('invert', 'Inverted');

  const ends = ['Black at', 'White at'].map((label) => {
    const input = element('input', {
      type: 'number',
      step: 'any',
      placeholder: 'auto',
      'aria-label': label,
      ...KEEP_KEYS,
    });
    input.addEventListener('change', () => windowed(), { signal: owner });
    panel.append(element('label', {}, element('span', {}, label), input));
    return input;
  });
  const windowed = (): void => {
    const [low, high] = ends.map(({ value }) => (value === '' ? Number.NaN : Number(value))) as [number, number];
    if (low < high) put({ window: [low, high] });
    else if (ends.every(({ value }) => value === '')) put({ window: null });
  };

  const channels = element('input', {
    type: 'text',
    placeholder: 'all',
    title: 'A colour for each channel, such as #ff0000, - for one that is hidden',
    'aria-label': 'Colours of the channels',
    ...KEEP_KEYS,
  });
  channels.addEventListener(
    'change',
    () => {
      const colors = channels.value
        .split(/[\s,]+/)
        .filter(Boolean)
        .map((each) => (each === '-' ? '' : each.toLowerCase()));
      const fine = colors.every((each) => each === '' || /^#[0-9a-f]{6}$/.test(each));
      channels.setCustomValidity(fine ? '' : 'Colours are written as #rrggbb, - for a hidden channel.');
      if (fine) put({ channels: colors });
      else channels.reportValidity();
    },
    { signal: owner },
  );
  panel.append(element('label', {}, element('span', {}, 'Channels'), channels));
  panel.append(element('hr', {}));
  sliders.push(...DRAWN.map(slider));
  const names = box('names', 'Names');
  const reset = element('button', { type: 'button', class: 'ipya-adjust-reset', ...KEEP_KEYS }, 'As it is');
  reset.addEventListener(
    'click',
    () => {
      model.set('adjust', {});
      model.save_changes();
      refresh();
    },
    { signal: owner },
  );
  panel.append(reset);

  const refresh = (): void => {
    const values = read();
    for (const show of sliders) show(values);
    invert.checked = values.invert === true;
    names.checked = values.names !== false;
    for (const [at, input] of ends.entries()) input.value = values.window ? String(values.window[at]) : '';
    channels.value = (values.channels ?? []).map((each) => each || '-').join(' ');
    filter.set(curve(values));
    const ink = inkOf(values);
    if (ink.fill !== drawn.fill || ink.outline !== drawn.outline || ink.names !== drawn.names) draw(ink);
    drawn = ink;
  };
  const toggle = (): void => {
    panel.hidden = !panel.hidden;
    if (panel.hidden) stage.focus();
    else panel.querySelector('input')?.focus();
  };

  // What is done in the panel is not done on the stage.
  for (const name of ['pointerdown', 'pointermove', 'pointerup', 'wheel', 'dblclick', 'contextmenu'] as const)
    panel.addEventListener(name, (event) => event.stopPropagation(), { signal: owner });
  panel.addEventListener(
    'keydown',
    (event) => {
      event.stopPropagation();
      if (event.key !== 'Escape') return;
      event.preventDefault();
      toggle();
    },
    { signal: owner },
  );
  session.on('action', (name) => name === 'adjust' && acts() && toggle(), owner);
  model.on('change:adjust', refresh);
  owner.addEventListener('abort', () => model.off('change:adjust', refresh), { once: true });
  stage.append(panel);
  refresh();
}

/** The filter on the layer of the picture; none where nothing is changed, which costs nothing. */
class Filter {
  readonly #id = elementId('ipya-curve');
  readonly #tables: Element[];
  readonly #layer: HTMLElement | null;
  #said = '';

  constructor(stage: HTMLElement) {
    this.#layer = stage.querySelector('.ipya-layer');
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('class', 'ipya-curve');
    svg.setAttribute('aria-hidden', 'true');
    const filter = document.createElementNS(SVG, 'filter');
    filter.id = this.#id;
    filter.setAttribute('color-interpolation-filters', 'sRGB');
    const transfer = document.createElementNS(SVG, 'feComponentTransfer');
    this.#tables = ['feFuncR', 'feFuncG', 'feFuncB'].map((name) => {
      const table = document.createElementNS(SVG, name);
      table.setAttribute('type', 'table');
      return table;
    });
    transfer.append(...this.#tables);
    filter.append(transfer);
    svg.append(filter);
    stage.append(svg);
  }

  set(values: number[] | null): void {
    const said = values ? values.join(' ') : '';
    if (!this.#layer || said === this.#said) return;
    this.#said = said;
    if (said) for (const table of this.#tables) table.setAttribute('tableValues', said);
    this.#layer.style.filter = said ? `url(#${this.#id})` : '';
  }
}
