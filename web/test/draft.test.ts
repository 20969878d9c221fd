// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnOf, limitsOf, namesOf, sentence, withDrafts } from '../src/draft.ts';
import type { Charter, Sentence } from '../src/types.ts';

const row = (type: string, name: string | null, text: string, in_force = true): Sentence => ({
  line: 1,
  last_line: 1,
  text,
  type,
  name,
  instrument: null,
  article: null,
  known_from: null,
  from: null,
  until: null,
  in_force,
});
const charter = (sentences: Sentence[]): Charter => ({
  hash: '',
  layer: 0,
  title: '',
  on: '2025-10-31',
  text: '',
  sentences,
  instruments: [],
  timeline: [],
  warnings: [],
});

test('a limit is read from its sentence in either language, and only where it is in force', () => {
  const limits = limitsOf(
    charter([
      row(
        'limit',
        'month',
        'limit month: sum of transfer per account, each calendar month,\n      at most 10 000 000 until 2025-12-31 by D316',
      ),
      row('limit', 'month', 'limit month: sum of transfer per account, each calendar month, at most 5 by N368', false),
      row('limit', 'ngay', 'hạn mức ngay: số lần transfer của mỗi tài khoản, mỗi ngày, không quá 5 theo QD'),
      row('limit', 'tiers', 'limit tiers: sum of all per account, each day, at most\n | tier | from 2020-01-01 |'),
    ]),
  );
  assert.deepEqual(
    limits.map(({ name, ceiling, counts }) => [name, ceiling, counts]),
    [
      ['month', '10000000', false],
      ['ngay', '5', true],
      ['tiers', null, false],
    ],
  );
});

test('kinds and tiers are the charter’s own names', () => {
  const c = charter([
    row('kind', 'cash-in', 'kind cash-in to holder'),
    row('names', null, 'names tier: basic, full'),
    row('names', null, 'names class: agent'),
  ]);
  assert.deepEqual(namesOf(c, 'kind'), ['cash-in']);
  assert.deepEqual(namesOf(c, 'tier'), ['basic', 'full']);
});

test('drafted rules are sentences of the language', () => {
  assert.equal(
    sentence({ rule: 'forbid', kind: 'cash-out', tier: 'basic', amount: '0' }, 1),
    'forbid cash-out where holder.tier is basic by WHATIF',
  );
  assert.equal(
    sentence({ rule: 'month', kind: 'transfer', tier: '', amount: '1000000' }, 2),
    'limit what-if-2: sum of transfer per account, each calendar month, at most 1 000 000 by WHATIF',
  );
  assert.ok(
    withDrafts('charter "x"', [{ rule: 'each', kind: 'a', tier: '', amount: '5' }], '2021-01-01').endsWith(
      'limit what-if-1: each a at most 5 by WHATIF\n',
    ),
  );
});

test('columns are counted in bytes of UTF-8 by the server, in UTF-16 units by the editor', () => {
  assert.equal(columnOf('abc', 1), 0);
  assert.equal(columnOf('hạn mức x', 6), 3 + 0);
  assert.equal(columnOf('💵 x', 6), 3);
  assert.equal(columnOf('ab', 99), 2);
});
