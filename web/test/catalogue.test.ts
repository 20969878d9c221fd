// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogues } from '../src/i18n/index.ts';
import { link, parse } from '../src/router.ts';

function leaves(of: unknown, path: string): [string, string][] {
  if (typeof of === 'function') {
    return [[path, (of as (...args: string[]) => string)('⟨1⟩', '⟨2⟩')]];
  }
  if (typeof of === 'object' && of !== null) {
    return Object.entries(of).flatMap(([key, value]) => leaves(value, `${path}.${key}`));
  }
  return [[path, String(of)]];
}

const en = new Map(leaves(catalogues.en, ''));
const vi = new Map(leaves(catalogues.vi, ''));

test('both catalogues say something for every key', () => {
  assert.deepEqual([...vi.keys()].sort(), [...en.keys()].sort());
  for (const [key, text] of [...en, ...vi]) {
    assert.ok(text.trim().length > 0, key);
  }
});

// A sentence that drops one of its figures in one language would pass the type checker.
test('a sentence uses the same figures in both languages', () => {
  for (const [key, text] of en) {
    const used = (t: string) => ['⟨1⟩', '⟨2⟩'].filter((mark) => t.includes(mark)).join();
    assert.equal(used(vi.get(key) ?? ''), used(text), key);
  }
});

test('the Vietnamese catalogue is Vietnamese: no text is the English one', () => {
  const same = [...en].filter(([key, text]) => vi.get(key) === text && /[a-z]{3}/i.test(text)).map(([key]) => key);
  assert.deepEqual(same, []);
});

test('addresses survive the way there and back', () => {
  const hash = link(['p', 'a b', 'why', 'x/y?z'], { on: '2026-01-15', none: undefined });
  assert.deepEqual(parse(hash), { parts: ['p', 'a b', 'why', 'x/y?z'], query: { on: '2026-01-15' } });
  assert.deepEqual(parse('#/p/%E0%A4%A'), { parts: ['p', '%E0%A4%A'], query: {} });
});
