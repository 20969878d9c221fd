// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { along, net, total } from '../src/differences.ts';
import { classEdges, classOf, measureValue, shortPlace } from '../src/measures.ts';
import type { ReportGroup } from '../src/types.ts';

const none = { number: 0, sum_minor: '0' };
const group = (
  kind: string,
  month: string,
  refused: [number, string],
  admitted: [number, string],
  cascade: [number, string],
): ReportGroup => ({
  kind,
  month,
  refused: { number: refused[0], sum_minor: refused[1] },
  admitted: { number: admitted[0], sum_minor: admitted[1] },
  cascade_gained: none,
  cascade_lost: { number: cascade[0], sum_minor: cascade[1] },
});
const groups = [
  group('payment', '2025-10', [2, '9007199254740993'], [1, '5'], [0, '0']),
  group('payment', '2025-09', [1, '1'], [0, '0'], [3, '7']),
  group('transfer', '2025-09', [1, '4'], [0, '0'], [0, '0']),
];

test('groups are added along one dimension without losing a unit', () => {
  const rows = along(groups, 'kind');
  assert.deepEqual(
    rows.map((row) => [row.key, row.lost.number, row.lost.sum, row.gained.sum, row.cascadeLost.sum]),
    [
      ['payment', 3, 9007199254740994n, 5n, 7n],
      ['transfer', 1, 4n, 0n, 0n],
    ],
  );
  assert.equal(net(rows[0]!, 'sum'), 5n - 9007199254740994n - 7n);
  assert.equal(net(rows[0]!, 'number'), 1n - 3n - 3n);
});

test('months stay in the order of time, whatever they weigh', () => {
  assert.deepEqual(
    along(groups, 'month').map((row) => row.key),
    ['2025-09', '2025-10'],
  );
});

test('the sums along any dimension are those of the whole', () => {
  const report = {
    admitted: { number: 1, sum_minor: '5' },
    refused: { number: 4, sum_minor: '9007199254740998' },
    cascade_gained: none,
    cascade_lost: { number: 3, sum_minor: '7' },
  };
  const whole = total(report);
  for (const dimension of ['kind', 'month', 'tier'] as const) {
    const rows = along(groups, dimension);
    assert.equal(
      rows.reduce((sum, row) => sum + row.lost.sum, 0n),
      whole.lost.sum,
    );
  }
});

test('classes of the map: quantiles, each value in one', () => {
  const edges = classEdges([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(edges, [3, 5, 7, 9]);
  assert.equal(classOf(1, edges), 0);
  assert.equal(classOf(10, edges), 4);
  assert.deepEqual(classEdges([4, 4, 4]), []);
  assert.equal(classOf(4, []), 0);
});

test('a measure is written by its unit', () => {
  const pilot = { unit: 'VND', decimals: 0 };
  assert.equal(measureValue('0.6923', 'share', pilot, 'vi'), '69,2 %');
  assert.equal(measureValue('4037086000', 'money', pilot, 'en'), '4,037,086,000 ₫');
  assert.equal(measureValue('-4.25', 'points', pilot, 'vi'), '−4,3 điểm');
  assert.equal(measureValue(null, 'share', pilot, 'en'), '–');
  assert.equal(shortPlace('Thành phố Hồ Chí Minh'), 'Hồ Chí Minh');
});
