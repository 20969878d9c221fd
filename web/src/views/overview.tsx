// SPDX-License-Identifier: Apache-2.0
// A pilot now: figures as they move, what was refused by which article, who is near a limit, goals and safeguards in short.

import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../context.ts';
import { fraction, instant, money, number, percent, shortMoney } from '../format.ts';
import { type Loaded, REFRESH_MS, useGet, useStream } from '../hooks.ts';
import { link } from '../router.ts';
import type { Figures, Goals, Measures, Near, Pilot, Refusal } from '../types.ts';
import { type Point, RateChart } from '../ui/chart.tsx';
import { Bar, Figure, Id, TableFrame } from '../ui/parts.tsx';
import { GoalsShort } from './goals.tsx';
import { RuralUrban } from './places.tsx';

/** Of the closed vocabulary: what tells most about the countryside and the towns at a glance. */
const SHORT = ['accounts', 'active-share', 'points', 'transfers-per-active', 'mean', 'refusal-share'];

/** Two minutes of points, one a second. */
const POINTS_MAX = 120;

export function Overview({ pilot, goals }: { pilot: Pilot; goals: Loaded<Goals> }) {
  const { t, lang, offers } = useApp();
  const [figures, setFigures] = useState<Figures | null>(null);
  const [points, setPoints] = useState<Point[]>([]);
  const [quiet, setQuiet] = useState(false);
  const heard = useRef(0);
  const state = useStream(`/pilots/${encodeURIComponent(pilot.id)}/live`, {
    figures: (data) => {
      const fresh = data as Figures;
      setFigures(fresh);
      setQuiet(false);
      heard.current = Date.now() / 1000;
      setPoints((before) => [...before.slice(1 - POINTS_MAX), { at: Date.now() / 1000, value: fresh.events_per_s }]);
    },
  });
  // The stream says nothing while nothing happens: then the rate is 0, and time goes on.
  useEffect(() => {
    const timer = window.setInterval(() => {
      const now = Date.now() / 1000;
      if (now - heard.current > 1.6) {
        setQuiet(true);
        setPoints((before) => [...before.slice(1 - POINTS_MAX), { at: now, value: 0 }]);
      }
    }, 1000);
    return () => window.clearInterval(timer);
  }, []);
  const rate = figures && !quiet ? figures.events_per_s : 0;
  const accepted = figures?.accepted ?? pilot.accepted;
  const refused = figures?.refused ?? pilot.refused;
  const judged = accepted.number + refused.number;
  return (
    <>
      <section aria-labelledby="live">
        <div class="section-head">
          <h2 id="live">{t.liveFigures}</h2>
          <p class={`live ${state}`} role="status">
            {state === 'open' ? t.streamOpen : state === 'lost' ? t.streamLost : t.streamOpening}
          </p>
        </div>
        <dl class="figures">
          <Figure
            label={t.accepted}
            value={number(accepted.number, lang)}
            under={
              <span title={money(accepted.sum, pilot.unit, pilot.decimals, lang)}>
                {shortMoney(accepted.sum, pilot.unit, pilot.decimals, lang)}
              </span>
            }
          />
          <Figure
            label={t.refused}
            kind="refused"
            value={number(refused.number, lang)}
            under={
              <span title={money(refused.sum, pilot.unit, pilot.decimals, lang)}>
                {shortMoney(refused.sum, pilot.unit, pilot.decimals, lang)}
                {judged > 0 && ` · ${percent(refused.number / judged, lang, 2)}`}
              </span>
            }
          />
          <Figure label={t.perSecond} value={figures ? number(rate, lang) : '–'} under={t.thisServer} />
          <Figure
            label={t.lastEvent}
            kind="text"
            value={(figures?.time ?? pilot.last_time) ? instant(figures?.time ?? pilot.last_time, lang) : '–'}
            under={t.sequence(number(figures?.sequence ?? pilot.sequence, lang))}
          />
        </dl>
        <RateChart points={points} label={t.rateChart(number(rate, lang))} />
      </section>
      {figures && (
        <div class="columns">
          <Kinds figures={figures} pilot={pilot} />
          <Refusals rows={figures.refusals} pilot={pilot} />
        </div>
      )}
      {goals.data && <GoalsShort goals={goals.data} pilot={pilot} />}
      {offers('measures') && <AreaShort pilot={pilot} />}
      {figures?.near && <NearLimits rows={figures.near} pilot={pilot} />}
    </>
  );
}

function AreaShort({ pilot }: { pilot: Pilot }) {
  const { t } = useApp();
  const answer = useGet<Measures>(`/pilots/${encodeURIComponent(pilot.id)}/measures`, { by: 'area' }, REFRESH_MS);
  const all = answer.data?.measures ?? [];
  const named = SHORT.flatMap((name) => all.filter((measure) => measure.name === name));
  const picked = named.length > 0 ? named : all.slice(0, 6);
  if (picked.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="area-short">
      <div class="section-head">
        <h2 id="area-short">{t.ruralUrban}</h2>
        <a href={link(['p', pilot.id, 'places'])}>{t.allPlaces}</a>
      </div>
      <RuralUrban measures={picked} pilot={pilot} />
    </section>
  );
}

function Kinds({ figures, pilot }: { figures: Figures; pilot: Pilot }) {
  const { t, lang } = useApp();
  const most = Math.max(1, ...figures.by_kind.map((row) => row.accepted + row.refused));
  return (
    <section aria-labelledby="kinds">
      <h2 id="kinds">{t.byKind}</h2>
      <TableFrame label={t.byKind}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.kind}</th>
              <th scope="col" class="num">
                {t.accepted}
              </th>
              <th scope="col" class="num">
                {t.refused}
              </th>
              <th scope="col" class="num">
                {t.sum}
              </th>
            </tr>
          </thead>
          <tbody>
            {figures.by_kind.map((row) => (
              <tr key={row.kind}>
                <th scope="row">
                  {row.kind}
                  <Bar share={(row.accepted + row.refused) / most} />
                </th>
                <td class="num">{number(row.accepted, lang)}</td>
                <td class="num">{number(row.refused, lang)}</td>
                <td class="num" title={money(row.sum, pilot.unit, pilot.decimals, lang)}>
                  {shortMoney(row.sum, pilot.unit, pilot.decimals, lang)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </section>
  );
}

export function Refusals({ rows, pilot }: { rows: Refusal[]; pilot: { id: string } | null }) {
  const { t, lang } = useApp();
  const most = Math.max(1, ...rows.map((row) => row.number));
  return (
    <section aria-labelledby="refusals">
      <h2 id="refusals">{t.refusedBy}</h2>
      {rows.length === 0 ? (
        <p class="quiet-text">{t.nothingRefused}</p>
      ) : (
        <ul class="ranks">
          {rows.map((row) => (
            <li key={`${row.sentence} ${row.instrument} ${row.article}`}>
              <span class="rank-label">
                {row.instrument ? (
                  <span class="law">{row.sentence}</span>
                ) : (
                  ((t.results as Record<string, string>)[row.sentence] ?? row.sentence)
                )}
                {row.instrument && (
                  <span class="cite">
                    {pilot ? (
                      <a href={link(['p', pilot.id, 'law'])}>{[row.instrument, row.article].filter(Boolean).join(' ')}</a>
                    ) : (
                      [row.instrument, row.article].filter(Boolean).join(' ')
                    )}
                  </span>
                )}
              </span>
              <span class="rank-value">{row.suppressed ? t.fewerThanFive : number(row.number, lang)}</span>
              <Bar share={row.suppressed ? 0 : row.number / most} kind="refused" />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function NearLimits({ rows, pilot }: { rows: Near[]; pilot: { unit: string; decimals: number } }) {
  const { t, lang } = useApp();
  return (
    <section aria-labelledby="near">
      <h2 id="near">{t.nearLimit}</h2>
      <p class="quiet-text">{t.nearLimitWhat}</p>
      {rows.length === 0 ? (
        <p class="quiet-text">{t.nobody}</p>
      ) : (
        <TableFrame label={t.nearLimit}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t.account}</th>
                <th scope="col">{t.limit}</th>
                <th scope="col" class="num">
                  {t.used}
                </th>
                <th scope="col" class="num">
                  {t.ceiling}
                </th>
                <th scope="col" class="num">
                  {t.share}
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={`${row.account} ${row.limit}`}>
                  <td>
                    <Id id={row.account} />
                  </td>
                  <td>{row.limit}</td>
                  <td class="num">{money(row.used, pilot.unit, pilot.decimals, lang)}</td>
                  <td class="num">{money(row.ceiling, pilot.unit, pilot.decimals, lang)}</td>
                  <td class="num share">
                    {percent(fraction(row.used, row.ceiling), lang)}
                    <Bar
                      share={fraction(row.used, row.ceiling)}
                      kind={fraction(row.used, row.ceiling) >= 0.95 ? 'refused' : ''}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </section>
  );
}
