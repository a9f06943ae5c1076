// A label as a picture: its file, or, where it has none, its name on its colour.
import { element, safeColor, setText } from '../shared/dom';
import type { ClassData } from '../shared/protocol';

interface Shown {
  file: DataView | undefined;
  box: HTMLElement;
}

const SHOWN = new WeakMap<HTMLElement, Shown>();

/** Put the picture into a row, and only where it is another. What the browser holds of it goes with `owner`. */
export function tile(
  row: HTMLElement,
  data: ClassData,
  file: DataView | undefined,
  [width, height]: readonly [number, number],
  owner: AbortSignal,
): void {
  let shown = SHOWN.get(row);
  if (!shown) {
    const box = element('span', { class: 'ipya-tile' });
    row.prepend(box);
    shown = { file: undefined, box };
    SHOWN.set(row, shown);
    if (file) show(shown, file, owner);
  } else if (file && shown.file !== file) show(shown, file, owner);
  const { box } = shown;
  box.style.width = `${width}px`;
  box.style.height = `${height}px`;
  if (shown.file) return;
  box.style.background = safeColor(data.color);
  setText(box, data.name);
}

function show(shown: Shown, file: DataView, owner: AbortSignal): void {
  shown.file = file;
  const url = URL.createObjectURL(new Blob([file as unknown as BlobPart]));
  const image = element('img', { alt: '', draggable: 'false' });
  const free = (): void => URL.revokeObjectURL(url);
  image.addEventListener('load', free, { once: true });
  image.addEventListener('error', free, { once: true });
  owner.addEventListener('abort', free, { once: true });
  image.src = url;
  shown.box.replaceChildren(image);
}
