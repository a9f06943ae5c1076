// What to do, in the words of whoever set the task. The kernel has parsed it into a tree (`widgets/instructions.py`);
// here elements are made of it: only tags and addresses that are on a list, everything else is text.
import { element } from '../shared/dom';

export type Node =
  | string
  | { tag: string; children?: Node[]; href?: string; src?: string; alt?: string; start?: number };

export interface Instructions {
  /** A digest of the text. */
  version?: string;
  body?: Node[];
}

const TAGS = [
  'blockquote',
  'br',
  'code',
  'em',
  'h3',
  'h4',
  'h5',
  'h6',
  'hr',
  'li',
  'ol',
  'p',
  'pre',
  's',
  'strong',
  'table',
  'tbody',
  'td',
  'th',
  'thead',
  'tr',
  'ul',
] as const;
type Tag = (typeof TAGS)[number];
const LINK = /^(https?:\/\/|mailto:)/i;
const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,/;

/** The elements of a tree. */
export function build(nodes: readonly Node[]): (HTMLElement | string)[] {
  return nodes.flatMap((node) => (typeof node === 'string' ? [node] : one(node)));
}

function one(node: Exclude<Node, string>): (HTMLElement | string)[] {
  const inside = build(node.children ?? []);
  const { tag, href, src, alt, start } = node;
  if (tag === 'a' && href && LINK.test(href)) {
    return [element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ...inside)];
  }
  if (tag === 'img') {
    if (!src || !PICTURE.test(src)) return alt ? [alt] : [];
    return [element('img', { src, alt: alt ?? '' })];
  }
  if (!TAGS.includes(tag as Tag)) return inside;
  const made = element(tag as Tag, tag === 'ol' && start !== undefined ? { start } : {}, ...inside);
  return [made];
}

const PREFIX = 'ipyannotator:read:';

/** Which version a person has read, in this browser; where nothing can be kept, it is shown at every opening. */
export class Reading {
  readonly #name: string;

  constructor(project: string, task: string, author: string) {
    this.#name = PREFIX + JSON.stringify([project, task, author]);
  }

  has(version: string): boolean {
    try {
      return localStorage.getItem(this.#name) === version;
    } catch {
      return false; // a browser without storage
    }
  }

  keep(version: string): void {
    try {
      localStorage.setItem(this.#name, version);
    } catch {
      // Full, or forbidden: it is shown again next time, which harms nobody.
    }
  }
}
