// Several views of one widget, as a notebook shows them when its output is shown twice. They hear the same actions of
// their session, and what turns something round must be done by one of them only.

const VIEWS = new WeakMap<object, Set<HTMLElement>>();

/**
 * Be one of a session's views of this module until `owner` ends.
 *
 * Returns whether this one is to act: the one with the focus, or the oldest where none has it.
 */
export function acting(session: object, root: HTMLElement, owner: AbortSignal): () => boolean {
  const views = VIEWS.get(session) ?? new Set();
  VIEWS.set(session, views);
  views.add(root);
  owner.addEventListener('abort', () => views.delete(root), { once: true });
  return () => {
    const all = [...views];
    return (all.find((each) => each.contains(document.activeElement)) ?? all[0]) === root;
  };
}
