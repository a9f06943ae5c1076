// Who performs an action of the keymap: the browser at once, or the kernel, perhaps in turn with the edits that wait.

const OWN = new Set([
  'actual_size',
  'adjust',
  'backward',
  'bring_to_front',
  'brush_larger',
  'brush_smaller',
  'copy',
  'corner',
  'cut',
  'delete',
  'duplicate',
  'escape',
  'extend_next',
  'extend_previous',
  'fill_holes',
  'filter_classes',
  'fit',
  'forward',
  'fullscreen',
  'help',
  'hide',
  'insert_handle',
  'join',
  'lock',
  'mark',
  'minimap',
  'next_handle',
  'next_object',
  'open',
  'paste',
  'paste_here',
  'previous_handle',
  'previous_object',
  'select_all',
  'send_to_back',
  'show_hidden',
  'simplify',
  'subtract',
  'to_mask',
  'to_polygon',
  'toggle_handle',
  'unlock_all',
]);
const OWN_PREFIXES = ['cell_', 'label:', 'nudge_', 'pan_', 'track_', 'zoom_'];

/** Whether the browser performs it itself; everything else is the kernel's. */
export function isOwn(name: string): boolean {
  return OWN.has(name) || OWN_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/**
 * What takes its turn behind the edits that wait; the value says whether the edits after it wait for its effect.
 *
 * Done, Skip and moving on are not among them: an edit names its item, so it is right whenever it arrives, and nobody
 * should wait for the next picture because an answer is late.
 */
export const IN_TURN: ReadonlyMap<string, boolean> = new Map([
  ['undo', true],
  ['redo', true],
  ['save', false],
  ['same_as_previous', true],
  // Of a grid: they are about the marks, which must have been stored.
  ['mark_all', true],
  ['mark_range', true],
  ['relabel', true],
  ['delete', true],
  // Of suggestions: they are about what is selected and what is stored.
  ['accept', true],
  ['reject', true],
  ['accept_all', true],
  ['reject_all', true],
  // Of tracks: they are about the boxes, which must have been stored.
  ['join_tracks', true],
  ['split_track', true],
  ['rename_track', true],
  ['delete_tracks', true],
  ['open', false],
  ['open_marked', false],
]);
