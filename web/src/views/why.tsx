// SPDX-License-Identifier: Apache-2.0
// Why an event passed or not: each reason, with what its limit had used and what remained at that instant.

import { useEffect, useState } from 'preact/hooks';
import { list } from '../api.ts';
import { useApp } from '../context.ts';
import { fraction, instant, money } from '../format.ts';
import { useGet } from '../hooks.ts';
import { go, link } from '../router.ts';
import type { EventLine, Explanation, Pilot, Reason } from '../types.ts';
import { Answer, Chip, Id, TableFrame } from '../ui/parts.tsx';

export function WhyView({ pilot, event }: { pilot: Pilot; event?: string }) {
  const { t } = useApp();
  const [text, setText] = useState(event ?? '');
  useEffect(() => setText(event ?? ''), [event]);
  return (
    <>
      <form
        class="controls"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          if (text.trim()) {
            go(link(['p', pilot.id, 'why', text.trim()]));
          }
        }}
      >
        <label class="wide">
          {t.whichEvent}
          <input
            type="search"
            value={text}
            maxLength={256}
            spellcheck={false}
            autocomplete="off"
            onInput={(input) => setText(input.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          {t.explain}
        </button>
      </form>
      {event ? <Explained key={event} pilot={pilot} event={event} /> : <Newest pilot={pilot} />}
    </>
  );
}

function verdictKind(result: string): 'good' | 'bad' | 'warn' {
  return result === 'accepted' ? 'good' : result === 'undecided' || result === 'ask' ? 'warn' : 'bad';
}

function Newest({ pilot }: { pilot: Pilot }) {
  const { t, lang } = useApp();
  const [result, setResult] = useState<'refused' | ''>('refused');
  const answer = useGet<unknown>(`/pilots/${encodeURIComponent(pilot.id)}/events`, { limit: '50', result });
  return (
    <section aria-labelledby="newest">
      <div class="section-head">
        <h2 id="newest">{t.newestEvents}</h2>
        <label class="inline check">
          <input
            type="checkbox"
            checked={result === 'refused'}
            onChange={(event) => setResult(event.currentTarget.checked ? 'refused' : '')}
          />
          {t.onlyRefused}
        </label>
      </div>
      <Answer of={answer}>
        {(data) => {
          const events = list<EventLine>(data, 'events');
          if (events.length === 0) {
            return <p class="quiet-text">{t.noneYet}</p>;
          }
          return (
            <TableFrame label={t.newestEvents}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t.event}</th>
                    <th scope="col">{t.time}</th>
                    <th scope="col">{t.kind}</th>
                    <th scope="col" class="num">
                      {t.amount}
                    </th>
                    <th scope="col">{t.result}</th>
                  </tr>
                </thead>
                <tbody>
                  {events.map((e) => (
                    <tr key={e.sequence}>
                      <td>
                        <a href={link(['p', pilot.id, 'why', e.type === 'transfer' ? e.id : String(e.sequence)])}>
                          <Id id={e.id} />
                        </a>
                      </td>
                      <td>{instant(e.time, lang)}</td>
                      <td>{e.kind ?? e.type}</td>
                      <td class="num">{e.kind ? money(e.amount, pilot.unit, pilot.decimals, lang) : ''}</td>
                      <td>
                        <Chip kind={verdictKind(e.result)}>{(t.results as Record<string, string>)[e.result] ?? e.result}</Chip>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableFrame>
          );
        }}
      </Answer>
    </section>
  );
}

function Explained({ pilot, event }: { pilot: Pilot; event: string }) {
  const { t, lang } = useApp();
  const answer = useGet<Explanation>(`/pilots/${encodeURIComponent(pilot.id)}/events/${encodeURIComponent(event)}`);
  return (
    <Answer of={answer}>
      {(data) => {
        const e = data.event;
        const words = lang === 'vi' ? data.text_vi : data.text_en;
        const heading = (t.results as Record<string, string>)[data.result] ?? words;
        const parties: [string, string | null][] = [
          [t.payer, e.payer],
          [t.payee, e.payee],
          [t.agent, e.agent],
          [t.account, e.account],
          [t.refersTo, e.other],
        ];
        return (
          <article class="why">
            <div class={`verdict ${verdictKind(data.result)}`}>
              <h2>
                {heading}
                {words !== heading && <span class="under">{words}</span>}
              </h2>
            </div>
            <dl class="facts">
              <div>
                <dt>{t.event}</dt>
                <dd>
                  <code class="id">{e.id}</code>
                </dd>
              </div>
              <div>
                <dt>{t.time}</dt>
                <dd>{instant(e.time, lang)}</dd>
              </div>
              <div>
                <dt>{t.kind}</dt>
                <dd>{e.kind ?? e.type}</dd>
              </div>
              {e.kind && (
                <div>
                  <dt>{t.amount}</dt>
                  <dd>{money(e.amount, data.unit, data.decimals, lang)}</dd>
                </div>
              )}
              {parties
                .filter(([, id]) => id)
                .map(([label, id]) => (
                  <div key={label}>
                    <dt>{label}</dt>
                    <dd>
                      <Id id={id ?? ''} />
                    </dd>
                  </div>
                ))}
              <div>
                <dt>{t.sequenceNumber}</dt>
                <dd>{data.sequence}</dd>
              </div>
            </dl>
            <h3>{t.reasons}</h3>
            {data.reasons.length === 0 && <p class="quiet-text">{t.noReasons}</p>}
            <ol class="reasons">
              {data.reasons.map((reason) => (
                <ReasonRow key={`${reason.layer} ${reason.rule}`} reason={reason} data={data} pilot={pilot} />
              ))}
            </ol>
            <details>
              <summary>{t.asRecorded}</summary>
              <pre class="wrap">{e.text}</pre>
              {data.charter_hash && (
                <p class="quiet-text">
                  {t.charterHash} <code class="hash">{data.charter_hash}</code>
                </p>
              )}
            </details>
          </article>
        );
      }}
    </Answer>
  );
}

function ReasonRow({ reason, data, pilot }: { reason: Reason; data: Explanation; pilot: Pilot }) {
  const { t, lang } = useApp();
  const value = (text: string) => money(text, data.unit, data.decimals, lang);
  const kind = reason.state === 'holds' ? 'good' : reason.state === 'fails' ? 'bad' : 'warn';
  const counted = BigInt(reason.limit) > 0n;
  const cite = [reason.instrument, reason.article].filter(Boolean).join(', ');
  return (
    <li class={`reason ${reason.state}`}>
      <div class="card-head">
        <Chip kind={kind}>{t.reasonStates[reason.state]}</Chip>
        <h4>{reason.name}</h4>
        {cite && (
          <a
            class="cite"
            href={link(['p', pilot.id, 'law'], {
              on: data.event.time.slice(0, 10),
              line: reason.line ? String(reason.line) : undefined,
              layer: reason.layer ? String(reason.layer) : undefined,
            })}
          >
            {cite}
          </a>
        )}
      </div>
      <p>{lang === 'vi' ? reason.text_vi : reason.text_en}</p>
      {counted && (
        <>
          <span class="usage" aria-hidden="true">
            <span class="used" style={{ width: `${fraction(reason.used, reason.limit) * 100}%` }} />
            <span
              class="asked"
              style={{
                width: `${Math.min(1 - fraction(reason.used, reason.limit), fraction(reason.asked, reason.limit)) * 100}%`,
              }}
            />
          </span>
          <dl class="facts tight">
            <div>
              <dt>{t.used}</dt>
              <dd>{value(reason.used)}</dd>
            </div>
            <div>
              <dt>{t.asked}</dt>
              <dd>{value(reason.asked)}</dd>
            </div>
            <div>
              <dt>{t.ceiling}</dt>
              <dd>{value(reason.limit)}</dd>
            </div>
            <div>
              <dt>{t.remaining}</dt>
              <dd>{value(reason.remaining)}</dd>
            </div>
          </dl>
        </>
      )}
      {reason.window_start && reason.window_end && (
        <p class="under">{t.windowIs(instant(reason.window_start, lang), instant(reason.window_end, lang))}</p>
      )}
      {reason.passes_at && <p class="under">{t.passesAt(instant(reason.passes_at, lang))}</p>}
    </li>
  );
}
