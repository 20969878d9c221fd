// SPDX-License-Identifier: Apache-2.0
// From a replay's groups (one for each combination of limit, kind, tier, province, area, month) to gains and losses along one of them. Pure;
// sums are integers of any size.

import type { Counted, Difference, Dimension, ReportGroup } from './types.ts';

export interface Row {
  key: string;
  /** By the rule itself. */
  gained: { number: number; sum: bigint };
  lost: { number: number; sum: bigint };
  /** What only followed from that: money or accounts that were not there any more, or were there again. */
  cascadeGained: { number: number; sum: bigint };
  cascadeLost: { number: number; sum: bigint };
}

const zero = () => ({ number: 0, sum: 0n });

function add(to: { number: number; sum: bigint }, from: Counted | undefined): void {
  if (from) {
    to.number += from.number;
    to.sum += BigInt(from.sum_minor);
  }
}

function into(row: Row, group: Difference): void {
  add(row.gained, group.admitted);
  add(row.lost, group.refused);
  add(row.cascadeGained, group.cascade_gained);
  add(row.cascadeLost, group.cascade_lost);
}

export function total(report: Difference): Row {
  const row = { key: '', gained: zero(), lost: zero(), cascadeGained: zero(), cascadeLost: zero() };
  into(row, report);
  return row;
}

/** One row a label, those that lose or gain most first; months in their own order. */
export function along(groups: ReportGroup[], dimension: Dimension): Row[] {
  const rows = new Map<string, Row>();
  for (const group of groups) {
    const key = group[dimension] ?? '';
    let row = rows.get(key);
    if (!row) {
      row = { key, gained: zero(), lost: zero(), cascadeGained: zero(), cascadeLost: zero() };
      rows.set(key, row);
    }
    into(row, group);
  }
  const weight = (row: Row) => row.gained.sum + row.lost.sum + row.cascadeGained.sum + row.cascadeLost.sum;
  const list = [...rows.values()];
  if (dimension === 'month') {
    return list.sort((a, b) => a.key.localeCompare(b.key));
  }
  return list.sort((a, b) => (weight(b) > weight(a) ? 1 : weight(b) < weight(a) ? -1 : a.key.localeCompare(b.key, 'vi')));
}

/** What a row gains on the whole, less what it loses. */
export function net(row: Row, by: 'number' | 'sum'): bigint {
  const of = (f: { number: number; sum: bigint }) => (by === 'sum' ? f.sum : BigInt(f.number));
  return of(row.gained) + of(row.cascadeGained) - of(row.lost) - of(row.cascadeLost);
}
