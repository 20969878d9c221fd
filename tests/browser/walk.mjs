// SPDX-License-Identifier: Apache-2.0
// The page as a person uses it, in a real Chromium against a real server: `node walk.mjs BASE-URL PILOT OUT-FOLDER [PEOPLE.json]`. Each check
// counts; screenshots of every view in both languages are kept in the folder. The last line is "N passed, N failed".
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { totp } from './totp.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, '../../web');
const need = createRequire(join(web, 'package.json'));
const { chromium } = need('playwright-core');
const { build } = need('esbuild');
const axe = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');

const [base, pilot, out, peopleFile] = process.argv.slice(2);
const people = peopleFile ? JSON.parse(readFileSync(peopleFile, 'utf8')) : null;
mkdirSync(out, { recursive: true });

// The page's own words: what a person looks for is what the catalogue says.
const words = join(out, 'words.mjs');
await build({
  entryPoints: [join(web, 'src/i18n/index.ts')],
  outfile: words,
  bundle: true,
  format: 'esm',
  logLevel: 'warning',
});
const { catalogues } = await import(pathToFileURL(words).href);
rmSync(words);

let passed = 0;
let failed = 0;
async function check(name, body) {
  try {
    await body();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(
      `FAILED ${name}: ${String(error?.message ?? error)
        .split('\n')
        .slice(0, 12)
        .join('\n  ')}`,
    );
  }
}

const profile = join(out, 'profile');
rmSync(profile, { recursive: true, force: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});

/** One person's browser: what it asked for and what went wrong in it is remembered. */
async function person(lang, options = {}) {
  const context = await browser.newContext({
    locale: lang === 'vi' ? 'vi-VN' : 'en-GB',
    timezoneId: 'America/New_York',
    viewport: { width: 1280, height: 900 },
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  const said = [];
  const asked = [];
  page.on('console', (message) => {
    if (message.type() === 'error') {
      said.push(`${message.text()} ${message.location().url}`);
    }
  });
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  return { context, page, said, asked, t: catalogues[lang], lang };
}

const view = (...parts) => `${base}/#/${['p', pilot, ...parts].join('/')}`;
const shot = (who, name) =>
  who.page.screenshot({
    path: join(out, `${who.lang}-${name}.png`),
    fullPage: true,
  });
const tab = (who, label) =>
  who.page.getByRole('navigation', { name: who.t.pilotViews }).getByRole('link', { name: label, exact: true });

/** Nothing that axe calls serious or critical. The policy allows no inline script, so axe comes in through the browser's own door. */
async function accessible(who, name) {
  await who.page.evaluate(axe);
  const found = await who.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const bad = found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
  assert.deepEqual(
    bad.map(
      (v) =>
        `${name}: ${v.id}: ${v.nodes
          .map((n) => n.target.join(' '))
          .slice(0, 3)
          .join(', ')}`,
    ),
    [],
  );
}

async function fits(who, name) {
  const over = await who.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(over <= 0, `${name}: ${over} pixels wider than the screen`);
}

/** What this server has: the page must show a view for each, and for nothing else. */
async function offered(who) {
  await who.page.goto(view());
  await who.page.locator('.live').waitFor();
  return who.page.evaluate(async () => (await (await fetch('/api/session')).json()).offers);
}

/** A person who only reads. */
async function reader(lang) {
  const who = await person(lang);
  const has = await offered(who);
  const { page, t } = who;
  const say = (name) => `${lang}: ${name}`;

  await check(say('the list leads to the pilot'), async () => {
    await page.goto(base);
    await page.getByRole('heading', { level: 1, name: t.pilots, exact: true }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), lang);
    await shot(who, 'pilots');
    await page.getByRole('main').getByRole('link').first().click();
    await page.getByRole('heading', { name: t.liveFigures }).waitFor();
  });
  await check(say('figures come over the stream'), async () => {
    await page.goto(view());
    await page.locator('.live.open').waitFor();
    assert.match(await page.locator('.figure .value').first().innerText(), /^\d/);
    await page.getByRole('heading', { name: t.refusedBy }).waitFor();
    await page.locator('.chart canvas').waitFor();
    await accessible(who, 'now');
    await shot(who, 'now');
  });
  await check(say('another day has another law'), async () => {
    await tab(who, t.tabLaw).click();
    await page.locator('.gazette > li').first().waitFor();
    const before = await page.locator('.gazette > li .law').allInnerTexts();
    await page.locator('.section-head input[type=date]').fill('2026-01-15');
    await page.waitForURL(/on=2026-01-15/);
    await page.locator('.cite', { hasText: 'N368' }).first().waitFor();
    const after = await page.locator('.gazette > li .law').allInnerTexts();
    assert.notDeepEqual(after, before);
    assert.ok(await page.locator('.timeline li.gap').count(), 'no gap is marked');
    await accessible(who, 'law');
    await shot(who, 'law');
  });
  if (has.includes('measures') && has.includes('map')) {
    await check(say('34 provinces, the archipelagos where they are administered'), async () => {
      await tab(who, t.tabPlaces).click();
      await page.locator('.tile').first().waitFor();
      assert.equal(await page.locator('.tile').count(), 34);
      assert.match(await page.locator('.tiles').innerText(), /Hoàng Sa/);
      assert.match(await page.locator('.tiles').innerText(), /Trường Sa/);
      const select = page.getByRole('combobox', {
        name: t.measure,
        exact: true,
      });
      const names = await select.locator('option').evaluateAll((options) => options.map((o) => o.value));
      assert.ok(names.length >= 2, 'fewer than two measures');
      await select.selectOption(names[1]);
      await page.waitForURL(new RegExp(`measure=${names[1]}`));
      await page.locator('.tile').first().waitFor();
      await accessible(who, 'places');
      await shot(who, 'places');
    });
  }
  if (has.includes('goals')) {
    await check(say('goals'), async () => {
      await tab(who, t.tabGoals).click();
      await page.getByText(t.goalsLead).waitFor();
      await accessible(who, 'goals');
      await shot(who, 'goals');
    });
  }
  await check(say('what is published needs no account'), async () => {
    await page.goto(`${base}/#/public/${pilot}`);
    await page.getByText(t.suppressedWhat).waitFor();
    await accessible(who, 'public');
    await shot(who, 'public');
  });
  await check(say('nothing went wrong in the browser, and no other host was asked'), async () => {
    assert.deepEqual(who.said, []);
    assert.deepEqual(
      who.asked.filter((url) => !url.startsWith(base) && !url.startsWith('data:')),
      [],
    );
  });
  await who.context.close();
}

/** A person who asks what if, and why. */
async function analyst(lang) {
  const who = await person(lang);
  const has = await offered(who);
  const { page, t } = who;
  const say = (name) => `${lang}: ${name}`;
  const name = `<img src=x onerror=alert(1)> ${lang}`;
  let link = '';

  if (has.includes('whatifs')) {
    await check(say('a number: run, result, by every dimension'), async () => {
      await page.goto(view('whatif'));
      await page
        .getByPlaceholder(t.unchanged)
        .first()
        .fill(lang === 'vi' ? '1.000.000' : '1,000,000');
      await page.getByLabel(t.scenarioName).fill(name);
      await accessible(who, 'what if');
      await shot(who, 'whatif-form');
      await page.getByRole('button', { name: t.runIt, exact: true }).click();
      await page.waitForURL(/whatif\/[0-9a-f]{32}$/);
      link = page.url();
      await page.locator('.scenario .chip.good').waitFor();
      // Text from outside is text: the name is shown as it was typed.
      await page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
      await page.getByText(t.byRuleWhat).waitFor();
      await page.getByText(t.byCascadeWhat).waitFor();
      await page.getByText(t.cannotKnow).waitFor();
      for (const dimension of ['area', 'tier', 'kind', 'month', 'province']) {
        await page.getByRole('button', { name: t.dimensions[dimension], exact: true }).click();
        assert.ok((await page.locator('.differences tbody tr').count()) > 0, dimension);
      }
      await accessible(who, 'result');
      await shot(who, 'whatif-result');
    });
    await check(say('the link is enough; CSV and charter can be taken along'), async () => {
      const other = await person(lang);
      await other.page.goto(link);
      await other.page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
      for (const label of [t.downloadCsv, t.downloadCharter]) {
        const [download] = await Promise.all([
          other.page.waitForEvent('download'),
          other.page.getByRole('link', { name: label }).click(),
        ]);
        assert.equal(await download.failure(), null, label);
        assert.ok(readFileSync(await download.path(), 'utf8').length > 100, label);
      }
      assert.deepEqual(other.said, []);
      await other.context.close();
    });
    await check(say('it is kept in the list'), async () => {
      await page.getByRole('link', { name: t.allScenarios }).click();
      await page.getByRole('link', { name, exact: true }).first().waitFor();
    });
    await check(say('a kind and a tier become law'), async () => {
      await page.goto(view('whatif'));
      await page.getByRole('button', { name: t.howRule, exact: true }).click();
      await page.getByRole('combobox', { name: t.rule, exact: true }).selectOption('forbid');
      await page.getByRole('combobox', { name: t.kind, exact: true }).selectOption('cash-out');
      await page.getByRole('button', { name: t.add, exact: true }).click();
      await page.getByText('forbid cash-out by WHATIF').waitFor();
      await page.getByText(t.modes['one-step'], { exact: true }).click();
      await page.getByRole('button', { name: t.runIt, exact: true }).click();
      await page.locator('.scenario .chip.good').waitFor();
      assert.ok((await page.locator('.sums .strong').nth(1).innerText()) !== '0', 'nothing was lost');
    });
    await check(say('a date'), async () => {
      await page.goto(view('whatif'));
      await page.getByRole('button', { name: t.howDate, exact: true }).click();
      await page.getByRole('button', { name: /^N368/ }).click();
      await page.getByRole('button', { name: t.runIt, exact: true }).click();
      await page.locator('.scenario .chip.good').waitFor();
    });
    await check(say('an error stands under its line as one types'), async () => {
      await page.goto(view('whatif'));
      await page.getByRole('button', { name: t.howText, exact: true }).click();
      const text = page.getByRole('textbox', { name: t.howText });
      await text.click();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('\nalow cash-in by D316\n');
      const under = page.locator('.under-line.error').first();
      await under.waitFor();
      assert.match(await under.innerText(), /allow/);
      await page.getByText(t.charterBad('1')).waitFor();
      assert.ok(await page.getByRole('button', { name: t.runIt, exact: true }).isDisabled());
      await accessible(who, 'editor');
      await shot(who, 'whatif-text');
      for (let i = 0; i < 'alow cash-in by D316\n'.length; i++) {
        await page.keyboard.press('Backspace');
      }
      await under.waitFor({ state: 'detached' });
    });
  }
  if (has.includes('events')) {
    await check(say('why an event was refused'), async () => {
      await page.goto(view('why'));
      await page.locator('tbody a').first().click();
      await page.locator('.verdict').waitFor();
      assert.ok((await page.locator('.reason').count()) > 0, 'no reason');
      await accessible(who, 'why');
      await shot(who, 'why');
      await page.getByLabel(t.whichEvent).fill('1');
      await page.getByRole('button', { name: t.explain }).click();
      await page.waitForURL(/why\/1$/);
      await page.locator('.verdict').waitFor();
    });
  }
  if (has.includes('supervision')) {
    await check(say('supervision'), async () => {
      await tab(who, t.tabSupervision).click();
      await page.getByRole('heading', { name: t.providers }).waitFor();
      await page.getByRole('heading', { name: t.structuring }).waitFor();
      await accessible(who, 'supervision');
      await shot(who, 'supervision');
    });
  }
  await check(say('nothing went wrong in the analyst’s browser'), async () => assert.deepEqual(who.said, []));
  await who.context.close();
}

async function signIn(who, account) {
  await who.page.goto(`${base}/#/signin?back=${encodeURIComponent(`#/p/${pilot}/supervision`)}`);
  await who.page.getByLabel(who.t.name, { exact: true }).fill(account.name);
  await who.page.getByLabel(who.t.password, { exact: true }).fill(account.password);
  await who.page.getByRole('main').getByRole('button', { name: who.t.signIn }).click();
  if (account.secret) {
    await who.page.getByLabel(who.t.sixDigits).fill(totp(account.secret));
    await who.page.getByRole('main').getByRole('button', { name: who.t.signIn }).click();
  }
  await who.page.locator('.who .name', { hasText: account.name }).waitFor();
}

/** Two people: what one asks for, only another can do. */
async function twoPeople(lang) {
  const maker = await person(lang);
  const checker = await person(lang);
  const { t } = maker;
  const reason = `${lang} <b>reason</b> ${Date.now()}`;
  await check(`${lang}: a wrong password is told`, async () => {
    await maker.page.goto(`${base}/#/signin`);
    await maker.page.getByLabel(t.name, { exact: true }).fill(people[`${lang}-maker`].name);
    await maker.page.getByLabel(t.password, { exact: true }).fill('not the password');
    await accessible(maker, 'sign-in');
    await shot(maker, 'signin');
    await maker.page.getByRole('main').getByRole('button', { name: t.signIn }).click();
    await maker.page.getByRole('alert').waitFor();
    // The browser itself tells of the 401.
    maker.said.length = 0;
  });
  await check(`${lang}: signing in with the second factor`, async () => {
    await signIn(maker, people[`${lang}-maker`]);
    await signIn(checker, people[`${lang}-checker`]);
  });
  await check(`${lang}: one asks for a freeze, another approves`, async () => {
    const has = await maker.page.evaluate(async () => (await (await fetch('/api/session')).json()).offers);
    if (has.includes('supervision')) {
      await maker.page.locator('.columns .linkish').first().click();
    } else {
      const event = await maker.page.evaluate(async (id) => {
        const { events } = await (await fetch(`/api/pilots/${id}/events?result=refused`)).json();
        return (await fetch(`/api/pilots/${id}/events/${events[0].id}`)).json();
      }, pilot);
      await maker.page.getByRole('textbox', { name: t.account, exact: true }).fill(event.event.payer);
    }
    await maker.page.getByLabel(t.reason, { exact: true }).fill(reason);
    await maker.page.getByRole('button', { name: t.ask, exact: true }).click();
    const card = (who) => who.page.locator('.card', { hasText: reason });
    await card(maker).waitFor();
    assert.equal(await card(maker).getByRole('button', { name: t.approve, exact: true }).count(), 0);
    await checker.page.reload();
    await shot(checker, 'freeze');
    await card(checker).getByRole('button', { name: t.approve, exact: true }).click();
    await card(checker).locator('.chip.good', { hasText: t.freezeStates.approved }).waitFor();
  });
  await check(`${lang}: the log says who did what`, async () => {
    await tab(checker, t.tabLog).click();
    await checker.page
      .getByRole('cell', { name: people[`${lang}-checker`].name })
      .first()
      .waitFor();
    await accessible(checker, 'log');
    await shot(checker, 'log');
  });
  await check(`${lang}: nothing went wrong in their browsers`, async () =>
    assert.deepEqual([...maker.said, ...checker.said], []),
  );
  await maker.context.close();
  await checker.context.close();
}

/** On a telephone, in the dark, by keyboard. */
async function telephone(lang) {
  const who = await person(lang, {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
    hasTouch: true,
  });
  const has = await offered(who);
  for (const [name] of [
    ['now', 'live'],
    ['law', 'charter'],
    ['places', 'map'],
    ['goals', 'goals'],
    ['whatif', 'whatifs'],
    ['why', 'events'],
    ['supervision', 'supervision'],
  ].filter(([, needs]) => has.includes(needs))) {
    await check(`${lang}: ${name} fits a telephone`, async () => {
      await who.page.goto(view(...(name === 'now' ? [] : [name])));
      await who.page.locator('.view > *').first().waitFor();
      await who.page.waitForLoadState('load');
      await who.page.waitForTimeout(250);
      await fits(who, name);
      await accessible(who, `${name}, dark`);
      await shot(who, `small-${name}`);
    });
  }
  await who.context.close();
}

async function keyboard() {
  const who = await person('en');
  const { page, t } = who;
  await check('by keyboard: skip to the content, switch the language, keep both choices', async () => {
    await page.goto(view());
    await page.locator('.live').waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), t.skip);
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
    await page.getByLabel(t.theme).selectOption('dark');
    await page.getByRole('button', { name: 'Tiếng Việt' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: catalogues.vi.liveFigures }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: catalogues.vi.liveFigures }).waitFor();
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    assert.equal(await page.locator('html').getAttribute('lang'), 'vi');
  });
  await who.context.close();
}

/** What a first visit costs. The weight is a test; the time depends on the machine and is only told. */
async function weight() {
  const who = await person('en');
  await check('the first page weighs less than 300 kB, under a strict policy', async () => {
    const session = await who.context.newCDPSession(who.page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', (event) => {
      bytes += event.encodedDataLength;
    });
    const answer = await who.page.goto(base);
    await who.page.getByRole('main').getByRole('link').first().waitFor();
    const paint = await who.page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
    console.log(`first page: ${bytes} bytes, first paint after ${Math.round(paint)} ms`);
    assert.ok(bytes > 0 && bytes < 300_000, `${bytes} bytes`);
    const policy = answer.headers()['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
  });
  await who.context.close();
}

try {
  await weight();
  // Both languages at once, in browsers of their own: most of the time is waiting.
  await Promise.all(
    ['vi', 'en'].map(async (lang) => {
      await reader(lang);
      await analyst(lang);
      if (people) {
        await twoPeople(lang);
      }
      await telephone(lang);
    }),
  );
  await keyboard();
} finally {
  await browser.close();
}
writeFileSync(join(out, 'result.txt'), `${passed} passed, ${failed} failed\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
