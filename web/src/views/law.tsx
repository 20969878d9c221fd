// SPDX-License-Identifier: Apache-2.0
// The charter as the law it is: sentences with what they rest on, those in force on a chosen day, and the time line with its gaps.

import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../context.ts';
import { day } from '../format.ts';
import { useGet } from '../hooks.ts';
import { link, type Route, replace } from '../router.ts';
import type { Charter, Instrument, Pilot, Sentence } from '../types.ts';
import { Answer, Chip, Segments } from '../ui/parts.tsx';
import { TimeLine } from '../ui/timeline.tsx';

/** Sentences that give words their meaning; they are not rules. */
const DEFINITIONS = ['charter', 'unit', 'clock', 'territory', 'names', 'set', 'area', 'kind'];

export function LawView({ pilot, route }: { pilot: Pilot; route: Route }) {
  const { t, lang } = useApp();
  const on = route.query.on;
  const layer = route.query.layer;
  const answer = useGet<Charter>(`/pilots/${encodeURIComponent(pilot.id)}/charter`, { on, layer });
  const choose = (query: Record<string, string | undefined>) => replace(link(['p', pilot.id, 'law'], { on, layer, ...query }));
  return (
    <Answer of={answer}>
      {(charter) => (
        <>
          {pilot.layers.length > 1 && (
            <Segments
              label={t.layers}
              value={String(charter.layer)}
              options={pilot.layers.map((l) => ({
                value: String(l.layer),
                label: l.provider ? t.charterOf(l.provider) : t.regulatorsCharter,
              }))}
              choose={(chosen) => choose({ layer: chosen === '0' ? undefined : chosen })}
            />
          )}
          <section aria-labelledby="timeline">
            <h2 id="timeline">{t.timeLine}</h2>
            <TimeLine
              periods={charter.timeline}
              known={Object.fromEntries(
                charter.sentences.filter((s) => s.type === 'pilot' && s.instrument).map((s) => [s.instrument, s.known_from]),
              )}
              on={charter.on}
              last={pilot.last_time?.slice(0, 10)}
              instruments={charter.instruments}
              choose={(d) => choose({ on: d })}
            />
          </section>
          <section aria-labelledby="sentences">
            <div class="section-head">
              <h2 id="sentences">{t.lawOn(day(charter.on, lang))}</h2>
              <label class="inline">
                {t.chooseDay}
                <input
                  type="date"
                  value={charter.on}
                  onChange={(event) => event.currentTarget.value && choose({ on: event.currentTarget.value })}
                />
              </label>
            </div>
            <Sentences charter={charter} line={Number(route.query.line ?? 0)} />
          </section>
          <Instruments charter={charter} />
          {charter.warnings.length > 0 && (
            <section aria-labelledby="warnings">
              <h2 id="warnings">{t.warnings}</h2>
              <ul class="plain">
                {charter.warnings.map((w) => (
                  <li key={`${w.line}:${w.column}`}>
                    <span class="gutter">{t.line(String(w.line))}</span> {lang === 'vi' ? w.text_vi : w.text_en}
                  </li>
                ))}
              </ul>
            </section>
          )}
          <details>
            <summary>{t.wholeText}</summary>
            <pre class="wrap">{charter.text}</pre>
          </details>
          <p class="quiet-text">
            {t.charterHash} <code class="hash">{charter.hash}</code>
          </p>
        </>
      )}
    </Answer>
  );
}

function Sentences({ charter, line }: { charter: Charter; line: number }) {
  const { t } = useApp();
  const [which, setWhich] = useState<'force' | 'all'>(line > 0 ? 'all' : 'force');
  const rules = charter.sentences.filter((s) => !DEFINITIONS.includes(s.type) && s.type !== 'instrument' && s.type !== 'note');
  const definitions = charter.sentences.filter((s) => DEFINITIONS.includes(s.type));
  const shown = which === 'all' ? rules : rules.filter((s) => s.in_force);
  useEffect(() => {
    if (line > 0) {
      document.getElementById(`line-${line}`)?.scrollIntoView({ block: 'center' });
    }
  }, [line]);
  return (
    <>
      <Segments
        label={t.whichSentences}
        value={which}
        options={[
          { value: 'force', label: t.inForce(String(rules.filter((s) => s.in_force).length)) },
          { value: 'all', label: t.allSentences(String(rules.length)) },
        ]}
        choose={setWhich}
      />
      {shown.length === 0 && <p class="notice">{t.nothingInForce}</p>}
      <ol class="gazette">
        {shown.map((s) => (
          <SentenceRow key={s.line} sentence={s} charter={charter} marked={s.line === line} />
        ))}
      </ol>
      <details>
        <summary>{t.definitions(String(definitions.length))}</summary>
        <ol class="gazette">
          {definitions.map((s) => (
            <SentenceRow key={s.line} sentence={s} charter={charter} marked={s.line === line} />
          ))}
        </ol>
      </details>
    </>
  );
}

function SentenceRow({ sentence, charter, marked }: { sentence: Sentence; charter: Charter; marked: boolean }) {
  const { t, lang } = useApp();
  const instrument = charter.instruments.find((i) => i.name === sentence.instrument);
  const definition = DEFINITIONS.includes(sentence.type);
  return (
    <li id={`line-${sentence.line}`} class={`${sentence.in_force || definition ? '' : 'sleeping'} ${marked ? 'marked' : ''}`}>
      <span class="gutter" title={t.line(String(sentence.line))}>
        {sentence.line}
      </span>
      <div class="law">{sentence.text}</div>
      <div class="margin">
        {sentence.instrument && (
          <span class="cite" title={instrument?.title ?? undefined}>
            {[sentence.instrument, sentence.article].filter(Boolean).join(', ')}
          </span>
        )}
        {(sentence.from || sentence.until) && !definition && sentence.type !== 'pilot' && (
          <span class="dates">
            {sentence.from && sentence.until
              ? t.fromTo(day(sentence.from, lang), day(sentence.until, lang))
              : sentence.from
                ? t.fromOnward(day(sentence.from, lang))
                : t.until(day(sentence.until, lang))}
          </span>
        )}
        {sentence.known_from && sentence.from && sentence.known_from > sentence.from && (
          <span class="dates">{t.knownFrom(day(sentence.known_from, lang))}</span>
        )}
        {!sentence.in_force && !definition && <Chip>{t.notInForce}</Chip>}
      </div>
    </li>
  );
}

function Instruments({ charter }: { charter: Charter }) {
  const { t, lang } = useApp();
  const notes = (instrument: Instrument) =>
    charter.sentences.filter((s) => s.type === 'note' && (s.instrument ?? s.name) === instrument.name);
  return (
    <section aria-labelledby="instruments">
      <h2 id="instruments">{t.instruments}</h2>
      <dl class="instruments">
        {charter.instruments.map((instrument) => (
          <div key={instrument.name}>
            <dt>{instrument.name}</dt>
            <dd>
              <span class="law">{instrument.title}</span>
              <span class="under">
                {instrument.signed && t.signed(day(instrument.signed, lang))}
                {instrument.in_force && ` · ${t.inForceFrom(day(instrument.in_force, lang))}`}
              </span>
              {instrument.source && (
                <span class="under">
                  {t.source} {instrument.source}
                </span>
              )}
              {notes(instrument).length > 0 && (
                <details>
                  <summary>{t.notes(String(notes(instrument).length))}</summary>
                  <ul class="plain">
                    {notes(instrument).map((s) => (
                      <li key={s.line} class="law small">
                        {s.text}
                      </li>
                    ))}
                  </ul>
                </details>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
