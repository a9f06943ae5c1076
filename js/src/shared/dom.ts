// Small helpers to make DOM. Data goes in as text and attributes only, never as HTML.

type Child = Node | string;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Make an element. An attribute that is `true` is set empty, one that is `false`, null or undefined is left out;
 * for `aria-…` and `data-…` booleans are written out. Strings among the children become text.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  made.append(...children);
  return made;
}

/** Set or remove one attribute, and touch the DOM only where it differs. */
export function setAttribute(target: Element, name: string, value: Attributes[string]): void {
  if (/^on/i.test(name)) throw new TypeError(`${name} is a handler; use addEventListener`);
  const spelled = name.startsWith('aria-') || name.startsWith('data-');
  if (value === null || value === undefined || (value === false && !spelled)) {
    if (target.hasAttribute(name)) target.removeAttribute(name);
    return;
  }
  const text = value === true && !spelled ? '' : String(value);
  if (target.getAttribute(name) !== text) target.setAttribute(name, text);
}

/** Set the text of an element that holds only text, where it differs. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** What every focusable element of ours carries, so that the notebook leaves its keys alone. */
export const KEEP_KEYS: Attributes = { 'data-lm-suppress-shortcuts': 'true' };

const parsed = new Map<string, SVGElement>();

/** An icon from the SVG text of our own build (lucide-static), hidden from screen readers. */
export function icon(svg: string): SVGElement {
  let made = parsed.get(svg);
  if (!made) {
    const root = new DOMParser().parseFromString(svg.trim(), 'image/svg+xml').documentElement;
    if (root.nodeName !== 'svg') throw new TypeError('The icon is not an SVG');
    made = document.importNode(root, true) as unknown as SVGElement;
    made.setAttribute('aria-hidden', 'true');
    made.setAttribute('focusable', 'false');
    made.classList.add('ipya-icon');
    parsed.set(svg, made);
  }
  return made.cloneNode(true) as SVGElement;
}

/** Call `work` in the next frame, once, however often it is asked for; never after `owner` has ended. */
export function coalesced(work: () => void, owner: AbortSignal): () => void {
  let frame = 0;
  owner.addEventListener('abort', () => cancelAnimationFrame(frame), { once: true });
  return () => {
    if (frame || owner.aborted) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      work();
    });
  };
}

let serial = 0;

/** A fresh id for an element, unique in the page even where several of our modules are loaded. */
export function elementId(prefix: string): string {
  serial += 1;
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return `ipya-${prefix}-${random.toString(36)}-${serial}`;
}

/** A colour from data, only where it is `#rgb` or `#rrggbb`; anything else is a neutral grey. */
export function safeColor(color: string): string {
  return /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(color) ? color : '#808080';
}
