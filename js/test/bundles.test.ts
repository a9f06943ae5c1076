// What the bundles carry: each is loaded by itself, so what several import is there several times.
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('only what stands on the stage carries the session that talks to a kernel', async () => {
  const { metafile } = await build({
    entryPoints: ['src/*.ts'],
    outdir: 'unwritten',
    bundle: true,
    format: 'esm',
    write: false,
    metafile: true,
    loader: { '.svg': 'dataurl' },
    logLevel: 'silent',
  });
  const bundles = Object.entries(metafile.outputs).filter(([name]) => name.endsWith('.js'));
  expect(bundles.length).toBeGreaterThan(1);
  const carrying = bundles.filter(([, { inputs }]) => 'src/shared/live.ts' in inputs).map(([name]) => name);
  expect(carrying).toEqual(['unwritten/canvas.js', 'unwritten/grid.js']);
});
