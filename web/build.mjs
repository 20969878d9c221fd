// SPDX-License-Identifier: Apache-2.0
// Bundle the page into the folder given: `node build.mjs OUT`. Everything that the page needs is in there; it asks no other host for anything.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, '../build/web'));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  target: ['es2021', 'chrome100', 'firefox102', 'safari15'],
  legalComments: 'none',
  logLevel: 'warning',
};
await build({
  ...common,
  entryPoints: { app: 'src/main.tsx' },
  outdir: out,
  format: 'esm',
  splitting: true,
  chunkNames: '[name]-[hash]',
  jsx: 'automatic',
  jsxImportSource: 'preact',
});
await build({ ...common, entryPoints: { theme: 'src/theme.ts' }, outdir: out, format: 'iife' });
await build({ ...common, entryPoints: { app: 'style/app.css' }, outdir: out });
copyFileSync(join(here, 'icon.svg'), join(out, 'icon.svg'));
// Last: its time says when the bundle was whole.
copyFileSync(join(here, 'src/index.html'), join(out, 'index.html'));
// What is served to a browser that takes it: the same bytes for the same sources (no time in the header).
for (const file of readdirSync(out)) {
  if (/\.(js|css|html|svg)$/.test(file)) {
    writeFileSync(join(out, `${file}.gz`), gzipSync(readFileSync(join(out, file)), { level: 9 }));
  }
}
