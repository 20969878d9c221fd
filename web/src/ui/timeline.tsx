// SPDX-License-Identifier: Apache-2.0
// The pilot's periods on one line of time, gaps hatched, and two marks: the chosen day, and the last event.

import { useApp } from '../context.ts';
import { day } from '../format.ts';
import type { Instrument, Term } from '../types.ts';

const DAY_MS = 86_400_000;

export function TimeLine({
  periods,
  on,
  last,
  instruments,
  choose,
}: {
  periods: Term[];
  on: string;
  last?: string;
  instruments: Instrument[];
  choose: (day: string) => void;
}) {
  const { t, lang } = useApp();
  const dated = periods.filter((p): p is Term & { from: string } => p.from !== null);
  const first = dated[0]?.from;
  if (!first) {
    return <p class="quiet-text">{t.noTerm}</p>;
  }
  const start = Date.parse(first);
  const known = dated.flatMap((p) => [Date.parse(p.from), p.to ? Date.parse(p.to) + DAY_MS : Date.parse(p.from) + 365 * DAY_MS]);
  const end = Math.max(...known, Date.parse(on) + 60 * DAY_MS, last ? Date.parse(last) + 60 * DAY_MS : 0);
  const at = (time: number) => `${(Math.min(1, Math.max(0, (time - start) / (end - start))) * 100).toFixed(2)}%`;
  const title = (name: string | null) => instruments.find((i) => i.name === name)?.title ?? undefined;
  return (
    <div class="timeline">
      <ol>
        {dated.map((p) => {
          const from = Date.parse(p.from);
          const to = p.to ? Date.parse(p.to) + DAY_MS : end;
          const span = p.to ? t.fromTo(day(p.from, lang), day(p.to, lang)) : t.fromOnward(day(p.from, lang));
          return (
            <li
              key={p.from}
              class={p.instrument ? '' : 'gap'}
              style={{ left: at(from), width: `calc(${at(start + to - from)} - 2px)` }}
            >
              <button type="button" title={`${title(p.instrument) ?? t.gap} · ${span}`} onClick={() => choose(p.from)}>
                <span class="period">{p.instrument ?? t.gap}</span>
                <span class="span">{span}</span>
              </button>
            </li>
          );
        })}
      </ol>
      <div class="marks">
        {last && last !== on && (
          <span class="mark last" style={{ left: at(Date.parse(last)) }}>
            <span>
              {t.lastEvent} {day(last, lang)}
            </span>
          </span>
        )}
        <span
          class={`mark on ${Date.parse(on) - start > (end - start) * 0.7 ? 'left' : ''}`}
          style={{ left: at(Date.parse(on)) }}
        >
          <span>
            {t.chosenDay} {day(on, lang)}
          </span>
        </span>
      </div>
    </div>
  );
}
