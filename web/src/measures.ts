// SPDX-License-Identifier: Apache-2.0
// A measure's value in words, by its unit, and colours for the map.

import { type Lang, money, number, percent, tinyMoney } from './format.ts';
import type { Measure } from './types.ts';

export function measureTitle(measure: Measure, lang: Lang): string {
  return (lang === 'vi' ? measure.title_vi : measure.title_en) || measure.name;
}

/** A value as people read it; "–" where it is not defined. Amounts stay integers. */
export function measureValue(
  value: string | number | null | undefined,
  unit: string | null | undefined,
  pilot: { unit: string; decimals: number },
  lang: Lang,
): string {
  if (value === null || value === undefined || value === '') {
    return '–';
  }
  const text = String(value);
  const plain = Number(text);
  switch (unit) {
    case 'money':
    case 'amount':
      return /^-?\d+$/.test(text)
        ? money(text, pilot.unit, pilot.decimals, lang)
        : money(String(Math.round(plain)), pilot.unit, pilot.decimals, lang);
    case 'share':
    case 'ratio':
      return percent(plain, lang);
    case 'percent':
    case '%':
      return percent(plain / 100, lang);
    case 'points':
      return `${number(plain, lang, 1)} ${lang === 'vi' ? 'điểm' : 'points'}`;
    default:
      return number(plain, lang, Number.isInteger(plain) ? 0 : Math.abs(plain) >= 100 ? 0 : 2);
  }
}

/** The same in a tile of the map. */
export function tileValue(
  value: string | null | undefined,
  unit: string | null | undefined,
  pilot: { unit: string; decimals: number },
  lang: Lang,
): string {
  return unit === 'money' && value && /^-?\d+$/.test(value)
    ? tinyMoney(value, pilot.decimals, lang)
    : measureValue(value, unit, pilot, lang);
}

/** In how many classes the map's colours fall: the classes' edges are quantiles, so that a few large provinces do not leave all others pale. */
export const CLASSES = 5;

export function classEdges(values: number[]): number[] {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  if (sorted.length <= 1) {
    return [];
  }
  const edges: number[] = [];
  for (let i = 1; i < CLASSES; i++) {
    const edge = sorted[Math.min(sorted.length - 1, Math.floor((i * sorted.length) / CLASSES))];
    if (edge !== undefined && edge !== sorted[0] && !edges.includes(edge)) {
      edges.push(edge);
    }
  }
  return edges;
}

/** The class of a value: how many edges it has reached. */
export function classOf(value: number, edges: number[]): number {
  return edges.filter((edge) => value >= edge).length;
}

/** A place's name without what kind of place it is. */
export function shortPlace(name: string): string {
  return name.replace(/^(Tỉnh|Thành phố)\s+/u, '');
}
