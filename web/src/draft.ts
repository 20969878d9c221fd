// SPDX-License-Identifier: Apache-2.0
// From choices in a form to sentences of law, and back from sentences to what a form needs to know. Pure.

import type { Charter, Sentence } from './types.ts';

export interface Limit {
  name: string;
  /** As it stands in the sentence, in whole units; null: a table, or not said in one number. */
  ceiling: string | null;
  /** Counts events, not money. */
  counts: boolean;
  text: string;
}

const AT_MOST = /(?:at most|không quá)\s+(\d{1,3}(?: \d{3})+|\d+)(?![\d.])/u;
const NUMBER_OF = /(?:number of|số lần)\s/u;

/** The limits that a form can change, by name: those in force on the day asked for; of several sentences of one name the first. */
export function limitsOf(charter: Charter): Limit[] {
  const found = new Map<string, Limit>();
  for (const sentence of charter.sentences) {
    if (sentence.type === 'limit' && sentence.name && sentence.in_force && !found.has(sentence.name)) {
      const text = sentence.text.replace(/\s+/g, ' ');
      found.set(sentence.name, {
        name: sentence.name,
        ceiling: AT_MOST.exec(text)?.[1]?.replace(/ /g, '') ?? null,
        counts: NUMBER_OF.test(text),
        text,
      });
    }
  }
  return [...found.values()];
}

/** The charter's own names of one thing: its kinds, or its tiers. */
export function namesOf(charter: Charter, what: 'kind' | 'tier'): string[] {
  if (what === 'kind') {
    return charter.sentences.filter((s) => s.type === 'kind' && s.name).map((s) => s.name as string);
  }
  const names: string[] = [];
  for (const s of charter.sentences) {
    const match = s.type === 'names' ? /^(?:names|giá trị)\s+(?:tier|hạng)\s*:\s*(.*)$/su.exec(s.text.trim()) : null;
    if (match?.[1]) {
      names.push(...match[1].split(',').map((name) => name.trim()));
    }
  }
  return names.filter((name) => /^[\w-]+$/u.test(name));
}

export type Rule = 'forbid' | 'each' | 'day' | 'month' | 'day-count';

export interface Draft {
  rule: Rule;
  kind: string;
  /** Empty: holders of every tier. */
  tier: string;
  /** In whole units; not for `forbid`. */
  amount: string;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

/** One drafted rule as a sentence of the charter's language. */
export function sentence(draft: Draft, number: number): string {
  const where = draft.tier ? ` where holder.tier is ${draft.tier}` : '';
  const name = `what-if-${number}`;
  const amount = grouped(draft.amount);
  switch (draft.rule) {
    case 'forbid':
      return `forbid ${draft.kind}${where} by WHATIF`;
    case 'each':
      return `limit ${name}: each ${draft.kind}${where} at most ${amount} by WHATIF`;
    case 'day':
      return `limit ${name}: sum of ${draft.kind}${where} per account, each calendar day, at most ${amount} by WHATIF`;
    case 'month':
      return `limit ${name}: sum of ${draft.kind}${where} per account, each calendar month, at most ${amount} by WHATIF`;
    case 'day-count':
      return `limit ${name}: number of ${draft.kind}${where} per account, each calendar day, at most ${amount} by WHATIF`;
  }
}

/** The charter's text with the drafted rules behind it, by an instrument of their own that is known from the first day. */
export function withDrafts(text: string, drafts: Draft[], from: string): string {
  const lines = drafts.map((draft, index) => sentence(draft, index + 1));
  return `${text.replace(/\n*$/, '\n')}\ninstrument WHATIF "What if" signed ${from}\n${lines.join('\n')}\n`;
}

/** Where a diagnostic points, in characters of its line: the server counts bytes of UTF-8 from 1. */
export function columnOf(line: string, column: number): number {
  let bytes = 0;
  let at = 0;
  for (const character of line) {
    if (bytes >= column - 1) {
      break;
    }
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    at += character.length;
  }
  return at;
}

/** The day on which the law begins: no instrument of a what-if may be younger. */
export function firstDay(sentences: Sentence[], fallback: string): string {
  const days = sentences.flatMap((s) => [s.from, s.known_from]).filter((d): d is string => d !== null);
  return days.sort()[0] ?? fallback;
}
