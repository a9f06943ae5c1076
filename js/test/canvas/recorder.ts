// A 2d context that draws nothing and notes everything.

export interface Call {
  name: string;
  values: unknown[];
}

export interface Recorder {
  context: CanvasRenderingContext2D;
  /** The methods that were called, in order. */
  calls: Call[];
  /** The properties that were set, in order, also to what they were. */
  sets: Call[];
  of(name: string): unknown[][];
  clear(): void;
}

export function recorder(canvas: HTMLCanvasElement | null = null): Recorder {
  const calls: Call[] = [];
  const sets: Call[] = [];
  const values = new Map<string | symbol, unknown>([['canvas', canvas]]);
  const context = new Proxy(
    {},
    {
      get(_, name) {
        if (values.has(name)) return values.get(name);
        return (...given: unknown[]) => {
          calls.push({ name: String(name), values: given });
          return name === 'measureText' ? { width: 6 * String(given[0]).length } : undefined;
        };
      },
      set(_, name, value) {
        values.set(name, value);
        sets.push({ name: String(name), values: [value] });
        return true;
      },
    },
  ) as CanvasRenderingContext2D;
  return {
    context,
    calls,
    sets,
    of: (name) => [...calls, ...sets].filter((call) => call.name === name).map((call) => call.values),
    clear() {
      calls.length = 0;
      sets.length = 0;
    },
  };
}
