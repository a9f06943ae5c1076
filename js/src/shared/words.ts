// Words that differ by who reads them: in a notebook somebody who runs cells, on the web page somebody who never sees
// code. The web page says so on its root element (`web/page.py`).

/** Whether this is the web page, and not a notebook. */
export function onPage(): boolean {
  return globalThis.document?.documentElement.dataset['ipyannotator'] === 'page';
}

/** From now on, this is the web page. */
export function markPage(): void {
  document.documentElement.dataset['ipyannotator'] = 'page';
}

export function noKernel(): string {
  return onPage()
    ? 'The connection to the server was lost.'
    : 'There is no kernel: it ended or was restarted. Run the cell again; what waits is sent then.';
}

/** Actions that were asked for and could not be passed on; the second part is the remedy. */
export function notDone(names: readonly string[]): [text: string, detail: string] {
  const what = names.map((name) => name.replaceAll('_', ' ')).join(', ');
  return onPage()
    ? [`Not done, for the connection to the server is lost: ${what}.`, '']
    : [`Not done, for there is no kernel: ${names.join(', ')}.`, 'Run the cell again.'];
}

export function changes(count: number): string {
  return count === 1 ? '1 change' : `${count} changes`;
}
