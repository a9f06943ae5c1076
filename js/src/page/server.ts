// What Voilà's page says of its server and kernel, and asking that server for the kernel.
import type { AnyModel } from '@anywidget/types';
import type { Found } from './watch';

/** Milliseconds that the server has to answer. */
const PATIENCE = 8_000;
/** Answers with which a proxy in front says that there is nobody behind it. */
const NOBODY = new Set([502, 503, 504]);

interface Place {
  /** The path of the server, with a slash at its end. */
  base: string;
  kernel: string;
}

/** Where the kernel is, as the page's template wrote it down; null where this is no page of Voilà. */
export function place(): Place | null {
  try {
    const data: unknown = JSON.parse(document.getElementById('jupyter-config-data')?.textContent ?? 'null');
    const { baseUrl, kernelId } = (data ?? {}) as { baseUrl?: unknown; kernelId?: unknown };
    if (typeof baseUrl !== 'string' || typeof kernelId !== 'string') return null;
    return { base: baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`, kernel: kernelId };
  } catch {
    return null; // not ours to judge: without it, only the line itself says how things are
  }
}

/** Ask the server for the kernel. */
export async function ask(at: Place | null): Promise<Found> {
  if (!at) return 'there';
  let answer: Response;
  try {
    answer = await fetch(`${at.base}api/kernels/${encodeURIComponent(at.kernel)}`, {
      cache: 'no-store',
      credentials: 'same-origin',
      // Strangers are sent to a page for logging in; that is an answer too.
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return 'away';
  }
  if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) return 'denied';
  if (answer.status === 404 || answer.status === 410) return 'gone';
  if (!answer.ok) return NOBODY.has(answer.status) ? 'away' : 'there';
  try {
    const { execution_state: state } = (await answer.json()) as { execution_state?: unknown };
    if (state === 'dead') return 'gone';
    return state === 'busy' ? 'busy' : 'there';
  } catch {
    return 'there';
  }
}

/** Have the host open its line to the kernel again; it gives up by itself after some tries. */
export function rejoin(model: AnyModel): void {
  const { widget_manager: manager } = model as { widget_manager?: { kernel?: { reconnect?: () => Promise<void> } } };
  manager?.kernel?.reconnect?.().catch(() => {}); // it did not work: the next look says so
}

/** Whether the host says that the kernel has ended. */
export function isDead(model: AnyModel): boolean {
  return (model as { comm_live?: unknown }).comm_live === false;
}
