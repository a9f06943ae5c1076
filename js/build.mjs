// Bundles one ES module and one style sheet per widget into the Python package. Run by hatch_build.py and `make`.
import { existsSync, readdirSync } from 'node:fs';
import { build, context } from 'esbuild';

const src = new URL('./src/', import.meta.url).pathname;
const widgets = readdirSync(src).filter((name) => name.endsWith('.ts'));
const styles = readdirSync(src).filter(
  (name) => name.endsWith('.css') && !existsSync(src + name.replace('.css', '.ts')),
);

const options = {
  entryPoints: [...widgets, ...styles].map((name) => src + name),
  outdir: new URL('../src/ipyannotator/static/', import.meta.url).pathname,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: !process.argv.includes('--watch'),
  loader: { '.svg': 'dataurl' },
  legalComments: 'none',
  logLevel: 'warning',
};

if (process.argv.includes('--watch')) await (await context(options)).watch();
else await build(options);
