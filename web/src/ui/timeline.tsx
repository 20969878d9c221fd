// SPDX-License-Identifier: Apache-2.0
// The pilot's periods on one line of time, gaps hatched, and two marks: the chosen day, and the last event.

import { useApp } from '../context.ts';
import { day } from '../format.ts';
import type { Instrument, Term } from '../types.ts';

const DAY_MS = 86_400_000;

export function TimeLine({
  periods,
  known,
  on,
  last,
  instruments,
  choose,
}: {
  periods: Term[];
  /** Since when each instrument's period is known: one that reaches back left a gap for whoever judged then. */
  known: Record<string, string | null>;
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
  const edges = dated.flatMap((p) => [Date.parse(p.from), p.to ? Date.parse(p.to) + DAY_MS : Date.parse(p.from) + 365 * DAY_MS]);
  const end = Math.max(...edges, Date.parse(on) + 60 * DAY_MS, last ? Date.parse(last) + 60 * DAY_MS : 0);
  const at = (time: number) => `${(Math.min(1, Math.max(0, (time - start) / (end - start))) * 100).toFixed(2)}%`;
  const title = (name: string | null) => instruments.find((i) => i.name === name)?.title ?? undefined;
  return (
    <div class="timeline">
      <ol>
        {dated
          .flatMap((p) => {
            const from = Date.parse(p.from);
            const to = p.to ? Date.parse(p.to) + DAY_MS : end;
            const since = p.instrument ? known[p.instrument] : null;
            const span = p.to ? t.fromTo(day(p.from, lang), day(p.to, lang)) : t.fromOnward(day(p.from, lang));
            const whole = {
              key: p.from,
              from,
              to,
              gap: p.instrument === null,
              name: p.instrument ?? t.gap,
              span,
              chosen: p.from,
            };
            if (!since || Date.parse(since) <= from || Date.parse(since) >= to) {
              return [whole];
            }
            return [
              { ...whole, to: Date.parse(since), gap: true, name: t.gapThen, span: t.gapThenWhat(day(since, lang)) },
              { ...whole, key: since, from: Date.parse(since), chosen: since },
            ];
          })
          .map((part) => (
            <li
              key={part.key}
              class={part.gap ? 'gap' : ''}
              style={{ left: at(part.from), width: `calc(${at(start + part.to - part.from)} - 2px)` }}
            >
              <button type="button" title={`${title(part.name) ?? part.name} · ${part.span}`} onClick={() => choose(part.chosen)}>
                <span class="period">{part.name}</span>
                <span class="span">{part.span}</span>
              </button>
            </li>
          ))}
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
