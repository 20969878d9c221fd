// SPDX-License-Identifier: Apache-2.0
// One scenario: its progress, then who gains and who loses, rule and cascade apart, and what no replay can know.

import { useState } from 'preact/hooks';
import { ApiError, address, post, remove } from '../api.ts';
import { useApp } from '../context.ts';
import { along, net, type Row, total } from '../differences.ts';
import { day, instant, money, month, number, percent, shortMoney, tinyMoney } from '../format.ts';
import { useGet, useStream } from '../hooks.ts';
import { classEdges, shortPlace } from '../measures.ts';
import { go, link } from '../router.ts';
import type { Dimension, MapAnswer, Measures, Mode, Pilot, Report, WhatIf } from '../types.ts';
import { Answer, Chip, Id, Problem, Segments, TableFrame } from '../ui/parts.tsx';
import { TileMap } from '../ui/tilemap.tsx';
import { failure } from './whatif.tsx';

export function WhatIfResult({ pilot, id }: { pilot: Pilot; id: string }) {
  const { t } = useApp();
  const path = `/pilots/${encodeURIComponent(pilot.id)}/whatifs/${encodeURIComponent(id)}`;
  const first = useGet<WhatIf>(path);
  const [fresh, setFresh] = useState<WhatIf | null>(null);
  const whatIf = fresh ?? first.data;
  useStream(whatIf?.state === 'running' ? `${path}/live` : null, { whatif: (data) => setFresh(data as WhatIf) });
  return (
    <>
      <p class="crumb">
        <a href={link(['p', pilot.id, 'whatif'])}>{t.allScenarios}</a>
      </p>
      {whatIf ? (
        <Scenario pilot={pilot} whatIf={whatIf} path={path} reload={first.reload} />
      ) : (
        <Answer of={first}>{() => null}</Answer>
      )}
    </>
  );
}

function Scenario({ pilot, whatIf, path, reload }: { pilot: Pilot; whatIf: WhatIf; path: string; reload: () => void }) {
  const { t, lang, may } = useApp();
  const [error, setError] = useState<ApiError | null>(null);
  const [copied, setCopied] = useState(false);
  const running = whatIf.state === 'running';
  const report = whatIf.report ?? whatIf.first;
  const act = (what: Promise<unknown>, then: () => void) =>
    what.then(then, (e: unknown) => setError(e instanceof ApiError ? e : new ApiError(0, 'failed', {})));
  const copy = () => {
    void navigator.clipboard?.writeText(window.location.href).then(() => setCopied(true));
  };
  const other: Mode = whatIf.mode === 'whole-run' ? 'one-step' : 'whole-run';
  const again = () => {
    const question = {
      name: `${whatIf.name} (${t.modes[other]})`.slice(0, 120),
      mode: other,
      by: whatIf.by,
      lang,
      ...(whatIf.sets.length > 0 ? { sets: whatIf.sets } : {}),
      ...(whatIf.law_at ? { law_at: whatIf.law_at } : {}),
      ...(whatIf.known_at ? { known_at: whatIf.known_at } : {}),
    };
    void act(
      post<WhatIf>(path.replace(/\/[^/]*$/, ''), question).then((made) => go(link(['p', pilot.id, 'whatif', made.id]))),
      () => {},
    );
  };
  return (
    <article class="scenario">
      <div class="section-head">
        <h2>{whatIf.name}</h2>
        <Chip kind={running ? 'warn' : whatIf.state === 'done' ? 'good' : whatIf.state === 'failed' ? 'bad' : 'plain'}>
          {t.whatIfStates[whatIf.state]}
        </Chip>
      </div>
      <p class="under">
        {t.modes[whatIf.mode]}
        {whatIf.sets.map((set) => ` · ${set}`)}
        {whatIf.law_at && ` · ${t.lawOf(day(whatIf.law_at, lang))}`}
        {whatIf.known_at && ` · ${t.knownOn(day(whatIf.known_at, lang))}`}
        {whatIf.own_charter && ` · ${t.ownText}`} · {instant(whatIf.made_at, lang)} · {whatIf.made_by ?? t.guest}
      </p>
      {running && (
        <div class="running">
          <progress max={Math.max(1, whatIf.all)} value={whatIf.done} aria-label={t.progress} />
          <span role="status">{percent(whatIf.all > 0 ? whatIf.done / whatIf.all : 0, lang, 0)}</span>
          {may('analyst') && (
            <button type="button" onClick={() => act(remove(path), reload)}>
              {t.cancel}
            </button>
          )}
        </div>
      )}
      {whatIf.state === 'failed' && (
        <p class="notice bad" role="alert">
          {failure(whatIf, lang) || t.failedUnknown}
        </p>
      )}
      {whatIf.state === 'cancelled' && <p class="notice">{t.wasCancelled}</p>}
      {error && <Problem error={error} />}
      {report && (
        <>
          {running && <p class="quiet-text">{t.soFar}</p>}
          <Sums report={report} mode={whatIf.mode} />
          {(!running || report.groups.length > 0) && <GainsAndLosses report={report} pilot={pilot} />}
        </>
      )}
      {whatIf.report && <Accounts report={whatIf.report} />}
      <CannotKnow mode={whatIf.mode} />
      {!running && (
        <p class="actions">
          {whatIf.state === 'done' && may('analyst') && (
            <a class="button" href={address(`${path}/csv`)} download={`${whatIf.id}.csv`}>
              {t.downloadCsv}
            </a>
          )}
          {whatIf.state === 'done' && (
            <a class="button" href={address(`${path}/charter`)} download={`${whatIf.id}.charter`}>
              {t.downloadCharter}
            </a>
          )}
          <button type="button" onClick={copy}>
            {copied ? t.copied : t.copyLink}
          </button>
          {may('analyst') && !whatIf.own_charter && (
            <button type="button" onClick={again}>
              {t.runOther(t.modes[other])}
            </button>
          )}
          {may('analyst') && (
            <button type="button" class="danger" onClick={() => act(remove(path), () => go(link(['p', pilot.id, 'whatif'])))}>
              {t.forget}
            </button>
          )}
        </p>
      )}
      {whatIf.report?.charter_hash && (
        <details>
          <summary>{t.forRecomputing}</summary>
          <dl class="hashes">
            <dt>{t.charterHash}</dt>
            <dd>
              <code class="hash">{whatIf.report.charter_hash}</code>
            </dd>
            <dt>{t.recordedCharterHash}</dt>
            <dd>
              <code class="hash">{whatIf.report.recorded_charter_hash}</code>
            </dd>
            {whatIf.report.state_hash && (
              <>
                <dt>{t.stateHash}</dt>
                <dd>
                  <code class="hash">{whatIf.report.state_hash}</code>
                </dd>
              </>
            )}
          </dl>
        </details>
      )}
    </article>
  );
}

function Sums({ report, mode }: { report: Report; mode: Mode }) {
  const { t, lang } = useApp();
  const all = total(report);
  const cell = (figure: { number: number; sum: bigint }) => (
    <>
      <td class="num strong">{number(figure.number, lang)}</td>
      <td class="num" title={money(figure.sum, report.unit, report.decimals, lang)}>
        {shortMoney(figure.sum, report.unit, report.decimals, lang)}
      </td>
    </>
  );
  const recorded = report.recorded_accepted;
  return (
    <section aria-label={t.summary}>
      <p class="sentence">{t.summarySentence(number(recorded.number, lang), number(report.accepted.number, lang))}</p>
      <TableFrame label={t.summary}>
        <table class="sums">
          <thead>
            <tr>
              <td />
              <th scope="colgroup" colSpan={2} class="gain">
                {t.gained}
              </th>
              <th scope="colgroup" colSpan={2} class="loss">
                {t.lost}
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">
                {t.byRule}
                <span class="under">{t.byRuleWhat}</span>
              </th>
              {cell(all.gained)}
              {cell(all.lost)}
            </tr>
            {mode === 'whole-run' && (
              <tr>
                <th scope="row">
                  {t.byCascade}
                  <span class="under">{t.byCascadeWhat}</span>
                </th>
                {cell(all.cascadeGained)}
                {cell(all.cascadeLost)}
              </tr>
            )}
          </tbody>
        </table>
      </TableFrame>
      {(report.retries_admitted?.number ?? 0) > 0 && (
        <p class="quiet-text">
          {t.retries(
            number(report.retries_admitted?.number ?? 0, lang),
            money(report.retries_admitted?.sum_minor ?? '0', report.unit, report.decimals, lang),
          )}
        </p>
      )}
    </section>
  );
}

const DIMENSIONS: Dimension[] = ['province', 'area', 'tier', 'kind', 'month', 'limit'];

function GainsAndLosses({ report, pilot }: { report: Report; pilot: Pilot }) {
  const { t, lang } = useApp();
  const there = DIMENSIONS.filter((d) => report.groups.some((group) => group[d] !== undefined));
  const [chosen, setChosen] = useState<Dimension | null>(null);
  const [by, setBy] = useState<'number' | 'sum'>('sum');
  const dimension = chosen && there.includes(chosen) ? chosen : there[0];
  if (!dimension) {
    return <p class="notice">{t.nothingDiffers}</p>;
  }
  const rows = along(report.groups, dimension);
  const label = (key: string) => {
    if (key === '' || key === '-') {
      return dimension === 'limit' ? t.none : t.unknown;
    }
    switch (dimension) {
      case 'month':
        return month(key, lang);
      case 'province':
        return shortPlace(key);
      case 'area':
        return (t.areas as Record<string, string>)[key] ?? key;
      default:
        return key;
    }
  };
  return (
    <section aria-labelledby="who">
      <div class="section-head">
        <h3 id="who">{t.whoGains}</h3>
        <Segments
          label={t.countBy}
          value={by}
          options={[
            { value: 'sum', label: t.bySum },
            { value: 'number', label: t.byNumber },
          ]}
          choose={setBy}
        />
      </div>
      <Segments
        label={t.breakDown}
        value={dimension}
        options={there.map((d) => ({ value: d, label: t.dimensions[d] }))}
        choose={setChosen}
      />
      {dimension === 'province' && <LossMap rows={rows} by={by} report={report} pilot={pilot} />}
      <DifferenceTable rows={rows} by={by} report={report} label={label} heading={t.dimensions[dimension]} />
    </section>
  );
}

function DifferenceTable({
  rows,
  by,
  report,
  label,
  heading,
}: {
  rows: Row[];
  by: 'number' | 'sum';
  report: Report;
  label: (key: string) => string;
  heading: string;
}) {
  const { t, lang } = useApp();
  const of = (figure: { number: number; sum: bigint }) => (by === 'sum' ? figure.sum : BigInt(figure.number));
  let most = 1n;
  for (const row of rows) {
    for (const side of [of(row.gained) + of(row.cascadeGained), of(row.lost) + of(row.cascadeLost)]) {
      most = side > most ? side : most;
    }
  }
  const width = (value: bigint) => `${Number((value * 1000n) / most) / 10}%`;
  const show = (value: bigint) =>
    value === 0n ? '–' : by === 'sum' ? shortMoney(value, report.unit, report.decimals, lang) : number(value, lang);
  const full = (value: bigint) => (by === 'sum' ? money(value, report.unit, report.decimals, lang) : number(value, lang));
  return (
    <TableFrame label={`${t.whoGains}: ${heading}`}>
      <table class="differences">
        <thead>
          <tr>
            <th scope="col">{heading}</th>
            <th scope="col" class="num loss">
              {t.lost}
            </th>
            <th scope="col" class="num loss">
              {t.lostCascade}
            </th>
            <td class="bars-head" />
            <th scope="col" class="num gain">
              {t.gained}
            </th>
            <th scope="col" class="num gain">
              {t.gainedCascade}
            </th>
            <th scope="col" class="num">
              {t.netChange}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{label(row.key)}</th>
              <td class="num" title={full(of(row.lost))}>
                {show(of(row.lost))}
              </td>
              <td class="num" title={full(of(row.cascadeLost))}>
                {show(of(row.cascadeLost))}
              </td>
              <td class="bars" aria-hidden="true">
                <span class="left">
                  <span class="loss" style={{ width: width(of(row.lost)) }} />
                  <span class="loss cascade" style={{ width: width(of(row.cascadeLost)) }} />
                </span>
                <span class="right">
                  <span class="gain" style={{ width: width(of(row.gained)) }} />
                  <span class="gain cascade" style={{ width: width(of(row.cascadeGained)) }} />
                </span>
              </td>
              <td class="num" title={full(of(row.gained))}>
                {show(of(row.gained))}
              </td>
              <td class="num" title={full(of(row.cascadeGained))}>
                {show(of(row.cascadeGained))}
              </td>
              <td class="num strong" title={full(net(row, by))}>
                {show(net(row, by))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

/** Where it is lost: the same tiles as a measure's, when the server knows where the provinces lie. */
function LossMap({ rows, by, report, pilot }: { rows: Row[]; by: 'number' | 'sum'; report: Report; pilot: Pilot }) {
  const { t, lang, offers } = useApp();
  const base = `/pilots/${encodeURIComponent(pilot.id)}`;
  const measures = useGet<Measures>(offers('map') ? `${base}/measures` : null, { by: 'area' });
  const name = measures.data?.measures[0]?.name;
  const map = useGet<MapAnswer>(name ? `${base}/map` : null, { measure: name });
  if (!map.data) {
    return null;
  }
  const found = new Map(rows.map((row) => [row.key, net(row, by)]));
  const tiles = map.data.tiles.map((tile) => ({
    ...tile,
    n: null,
    suppressed: false,
    value: found.has(tile.name) ? String(found.get(tile.name)) : null,
  }));
  const values = tiles.filter((tile) => tile.value !== null).map((tile) => -Number(tile.value));
  const negative = values.filter((value) => value > 0).length >= values.length / 2;
  const edges = classEdges(negative ? values : values.map((value) => -value));
  const shown = (value: string | number) =>
    by === 'sum' ? tinyMoney(String(value), report.decimals, lang) : number(String(value), lang);
  return (
    <TileMap
      tiles={tiles.map((tile) => ({
        ...tile,
        value: tile.value === null ? null : String(negative ? -Number(tile.value) : Number(tile.value)),
      }))}
      label={negative ? t.lossMap : t.gainMap}
      edges={edges}
      edgeText={(edge) => shown(edge)}
      text={(tile) => (tile.value == null ? '–' : shown(found.get(tile.name)?.toString() ?? '0'))}
      diverging={negative}
    />
  );
}

function Accounts({ report }: { report: Report }) {
  const { t, lang } = useApp();
  const rows = report.top_accounts ?? [];
  if (rows.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="accounts">
      <h3 id="accounts">{t.mostAffected(number(report.accounts_affected ?? rows.length, lang))}</h3>
      <TableFrame label={t.mostAffected('')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.account}</th>
              <th scope="col" class="num">
                {t.differences}
              </th>
              <th scope="col" class="num">
                {t.sum}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.account}>
                <td>
                  <Id id={row.account} />
                </td>
                <td class="num">{number(row.number, lang)}</td>
                <td class="num">{money(row.sum_minor, report.unit, report.decimals, lang)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </section>
  );
}

function CannotKnow({ mode }: { mode: Mode }) {
  const { t } = useApp();
  return (
    <aside class="cannot-know" aria-labelledby="cannot">
      <h3 id="cannot">{t.cannotKnow}</h3>
      <ul>
        {t.cannotKnowList.map((row) => (
          <li key={row}>{row}</li>
        ))}
      </ul>
      <p>{t.modeWhat[mode]}</p>
    </aside>
  );
}
