// SPDX-License-Identifier: Apache-2.0
// The page's unit tests: each test/*.test.ts is bundled for node and run by node's own test runner. The last line counts.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'sandbank-page-'));
const files = readdirSync(here).filter((file) => file.endsWith('.test.ts'));
await build({
  entryPoints: files.map((file) => join(here, file)),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
let passed = 0;
let failed = 0;
const stream = run({ files: files.map((file) => join(out, file.replace(/ts$/, 'mjs'))), concurrency: 1 });
// A file is reported as a test that holds its own, by some versions of node: only those inside count.
const isFile = (data) => data.details?.type === 'suite' || /\.test\.mjs$/.test(data.name);
stream.on('test:pass', (data) => {
  passed += isFile(data) ? 0 : 1;
});
stream.on('test:fail', (data) => {
  if (!isFile(data)) {
    failed += 1;
    console.log(`FAILED ${data.name}: ${data.details?.error?.cause ?? data.details?.error}`);
  }
});
stream.resume();
stream.on('end', () => {
  rmSync(out, { recursive: true });
  if (passed + failed < files.length) {
    console.log('FAILED some file of tests did not run');
    failed += 1;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
