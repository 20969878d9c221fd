// SPDX-License-Identifier: Apache-2.0
// Any measure on the provinces, as tiles with the number in each; and the countryside beside the towns.

import { useState } from 'preact/hooks';
import { useApp } from '../context.ts';
import { day, number } from '../format.ts';
import { useGet } from '../hooks.ts';
import { classEdges, classOf, measureTitle, measureValue, shortPlace, tileValue } from '../measures.ts';
import { link, type Route, replace } from '../router.ts';
import type { MapAnswer, Measure, MeasureRow, Measures, Pilot, Tile } from '../types.ts';
import { Answer, Bar, TableFrame } from '../ui/parts.tsx';
import { TileMap } from '../ui/tilemap.tsx';

export function PlacesView({ pilot, route }: { pilot: Pilot; route: Route }) {
  const { t, lang } = useApp();
  const at = route.query.at;
  const measures = useGet<Measures>(`/pilots/${encodeURIComponent(pilot.id)}/measures`, { by: 'area', at });
  return (
    <Answer of={measures}>
      {(data) => {
        const counted = data.measures.filter((m) => m.rows.some((row) => row.value != null || row.suppressed));
        const chosen = counted.find((m) => m.name === route.query.measure) ?? counted[0];
        if (!chosen) {
          return <p class="notice">{t.noMeasures}</p>;
        }
        const choose = (query: Record<string, string | undefined>) =>
          replace(link(['p', pilot.id, 'places'], { measure: chosen.name, at, ...query }));
        return (
          <>
            <div class="controls">
              <label>
                {t.measure}
                <select value={chosen.name} onChange={(event) => choose({ measure: event.currentTarget.value })}>
                  {counted.map((m) => (
                    <option key={m.name} value={m.name}>
                      {measureTitle(m, lang)}
                    </option>
                  ))}
                </select>
              </label>
              <label>
                {t.countedTo}
                <input
                  type="date"
                  value={at ?? data.at ?? pilot.last_time?.slice(0, 10) ?? ''}
                  min={pilot.first_time?.slice(0, 10)}
                  max={pilot.last_time?.slice(0, 10)}
                  onChange={(event) => choose({ at: event.currentTarget.value || undefined })}
                />
              </label>
            </div>
            <Definition measure={chosen} />
            <section aria-labelledby="areas">
              <h2 id="areas">{t.ruralUrban}</h2>
              <RuralUrban measures={[chosen]} pilot={pilot} />
            </section>
            <section aria-labelledby="map">
              <h2 id="map">{t.mapTitle}</h2>
              <ProvinceMap pilot={pilot} measure={chosen} at={at} />
            </section>
          </>
        );
      }}
    </Answer>
  );
}

function Definition({ measure }: { measure: Measure }) {
  const { t, lang } = useApp();
  const windowText = (window: string) => {
    const days = /^(\d+) days$/.exec(window)?.[1];
    return days ? t.windowDays(days) : ((t.windows as Record<string, string>)[window] ?? window);
  };
  const definition = lang === 'vi' ? measure.definition_vi : measure.definition_en;
  return (
    <p class="definition">
      <strong>{t.definition}</strong> {definition}
      {measure.window && ` · ${t.window} ${windowText(measure.window)}`}
      {measure.epoch && ` · ${t.epoch} ${day(measure.epoch, lang)}`}
    </p>
  );
}

function ProvinceMap({ pilot, measure, at }: { pilot: Pilot; measure: Measure; at?: string }) {
  const { t, lang } = useApp();
  const [sorted, setSorted] = useState(true);
  const answer = useGet<MapAnswer>(`/pilots/${encodeURIComponent(pilot.id)}/map`, { measure: measure.name, at });
  return (
    <Answer of={answer}>
      {(data) => {
        const value = (tile: Tile) => (tile.suppressed ? t.fewerThanFive : measureValue(tile.value, measure.unit, pilot, lang));
        const values = data.tiles.filter((tile) => !tile.suppressed && tile.value != null).map((tile) => Number(tile.value));
        const edges = classEdges(values);
        const rows = [...data.tiles];
        if (sorted) {
          const rank = (tile: Tile) => (tile.suppressed || tile.value == null ? Number.NEGATIVE_INFINITY : Number(tile.value));
          rows.sort((a, b) => (rank(a) === rank(b) ? a.name.localeCompare(b.name, 'vi') : rank(b) - rank(a)));
        } else {
          rows.sort((a, b) => shortPlace(a.name).localeCompare(shortPlace(b.name), 'vi'));
        }
        return (
          <div class="map-and-table">
            <TileMap
              tiles={data.tiles}
              label={t.mapLabel(measureTitle(measure, lang))}
              edges={edges}
              edgeText={(edge) => tileValue(String(edge), measure.unit, pilot, lang)}
              text={(tile) => (tile.suppressed ? t.fewerThanFive : tileValue(tile.value, measure.unit, pilot, lang))}
            />
            <div>
              <TableFrame label={measureTitle(measure, lang)}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col" aria-sort={sorted ? 'none' : 'ascending'}>
                        <button type="button" class="sort" onClick={() => setSorted(false)}>
                          {t.province}
                        </button>
                      </th>
                      <th scope="col" class="num" aria-sort={sorted ? 'descending' : 'none'}>
                        <button type="button" class="sort" onClick={() => setSorted(true)}>
                          {measureTitle(measure, lang)}
                        </button>
                      </th>
                      <th scope="col" class="num">
                        n
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((tile) => (
                      <tr key={tile.code}>
                        <th scope="row">
                          <span
                            class={`swatch c${tile.suppressed || tile.value == null ? 'none' : classOf(Number(tile.value), edges)}`}
                            aria-hidden="true"
                          />
                          {shortPlace(tile.name)}
                        </th>
                        <td class="num">{value(tile)}</td>
                        <td class="num">{tile.n == null ? '' : number(tile.n, lang)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </TableFrame>
            </div>
          </div>
        );
      }}
    </Answer>
  );
}

const AREAS = ['rural', 'urban'];

/** The countryside, the towns, then what there is besides; what is not known only where it holds something. */
function inOrder(rows: MeasureRow[]): MeasureRow[] {
  const rank = (row: MeasureRow) => (AREAS.includes(row.key) ? AREAS.indexOf(row.key) : AREAS.length);
  const empty = (row: MeasureRow) => Number(row.n ?? 0) === 0 && Number(row.value ?? 0) === 0 && !row.suppressed;
  return rows.filter((row) => AREAS.includes(row.key) || !empty(row)).sort((a, b) => rank(a) - rank(b));
}

/** The countryside and the towns side by side, with what each figure is made of. */
export function RuralUrban({ measures, pilot }: { measures: Measure[]; pilot: { unit: string; decimals: number } }) {
  const { t, lang, say } = useApp();
  return (
    <div class="pairs">
      {measures.map((measure) => {
        const rows = inOrder(measure.rows);
        const most = Math.max(0, ...rows.map((row) => Math.abs(Number(row.value ?? 0))));
        return (
          <div key={measure.name} class="pair">
            <h3>{measureTitle(measure, lang)}</h3>
            <dl>
              {rows.map((row) => (
                <div key={row.key}>
                  <dt>{row.label || ((t.areas as Record<string, string>)[row.key] ?? row.key)}</dt>
                  <dd>
                    <span class="value">
                      {row.suppressed ? t.fewerThanFive : measureValue(row.value, measure.unit, pilot, lang)}
                    </span>
                    {row.denominator != null && row.numerator != null && measure.unit !== 'money' && (
                      <span class="under">
                        {number(row.numerator, lang, 2)} / {number(row.denominator, lang, 2)}
                      </span>
                    )}
                    {row.note && <span class="under">{say(row.note)}</span>}
                    <Bar share={most > 0 && row.value != null ? Math.abs(Number(row.value)) / most : 0} kind={row.key} />
                  </dd>
                </div>
              ))}
            </dl>
          </div>
        );
      })}
    </div>
  );
}
