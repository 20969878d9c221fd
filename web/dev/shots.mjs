// SPDX-License-Identifier: Apache-2.0
// Look at the page: `node dev/shots.mjs URL OUT [HASH...]` keeps a screenshot of each view, wide and narrow, light and dark.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [base, out, ...hashes] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
for (const [name, options] of [
  ['en', { locale: 'en-GB', viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
  ['vi', { locale: 'vi-VN', viewport: { width: 360, height: 740 }, colorScheme: 'dark' }],
]) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && console.log(name, message.text()));
  page.on('pageerror', (error) => console.log(name, error.message));
  for (const hash of hashes) {
    await page.goto(`${base}/${hash}`);
    await page.waitForTimeout(1300);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) {
      console.log(`${name} ${hash}: ${wide} pixels too wide`);
    }
    await page.screenshot({ path: join(out, `${name}-${hash.replace(/[^\w-]+/g, '_') || 'pilots'}.png`), fullPage: true });
  }
  await context.close();
}
await browser.close();
