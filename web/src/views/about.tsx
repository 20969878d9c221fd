// SPDX-License-Identifier: Apache-2.0
// What several views say about a pilot: its state, term, next duty.

import { useApp } from '../context.ts';
import { day, type Lang } from '../format.ts';
import type { Duty, Term } from '../types.ts';
import { Chip } from '../ui/parts.tsx';

export function dutyText(duty: Duty | null | undefined, lang: Lang): string {
  return duty ? `${lang === 'vi' ? duty.text_vi : duty.text_en} (${day(duty.due, lang)})` : '';
}

export function StateChip({ state }: { state: string }) {
  const { t } = useApp();
  const words = (t.states as Record<string, string>)[state] ?? state;
  const kind =
    state === 'live' || state === 'extended'
      ? 'good'
      : state === 'suspended' || state === 'gap'
        ? 'bad'
        : state === 'ended'
          ? 'plain'
          : 'warn';
  return <Chip kind={kind}>{words}</Chip>;
}

export function TermText({ term }: { term: Term | null }) {
  const { t, lang } = useApp();
  if (!term?.from) {
    return <>{t.noTerm}</>;
  }
  const span = term.to ? t.fromTo(day(term.from, lang), day(term.to, lang)) : t.fromOnward(day(term.from, lang));
  return <>{term.instrument ? `${span} · ${term.instrument}` : span}</>;
}
