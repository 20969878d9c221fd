// SPDX-License-Identifier: Apache-2.0
// The list of pilots on this server.

import { list } from '../api.ts';
import { useApp } from '../context.ts';
import { instant, number } from '../format.ts';
import { useGet } from '../hooks.ts';
import { link } from '../router.ts';
import type { PilotSummary } from '../types.ts';
import { Answer, Chip, useTitle } from '../ui/parts.tsx';
import { dutyText, StateChip, TermText } from './about.tsx';

export function Pilots() {
  const { t, lang } = useApp();
  useTitle(t.pilots);
  const answer = useGet<unknown>('/pilots');
  return (
    <>
      <h1>{t.pilots}</h1>
      <p class="lead">{t.pilotsLead}</p>
      <Answer of={answer}>
        {(data) => {
          const pilots = list<PilotSummary>(data, 'pilots');
          if (pilots.length === 0) {
            return <p class="notice">{t.noPilots}</p>;
          }
          return (
            <ul class="pilots">
              {pilots.map((pilot) => (
                <li key={pilot.id} class="card">
                  <div class="card-head">
                    <h2>
                      <a href={link(['p', pilot.id])}>{pilot.title}</a>
                    </h2>
                    <StateChip state={pilot.state} />
                    {pilot.synthetic && <Chip kind="warn">{t.synthetic}</Chip>}
                  </div>
                  <dl class="facts">
                    <div>
                      <dt>{t.term}</dt>
                      <dd>
                        <TermText term={pilot.term} />
                      </dd>
                    </div>
                    <div>
                      <dt>{t.nextDuty}</dt>
                      <dd>{dutyText(pilot.next_duty, lang) || t.noDuty}</dd>
                    </div>
                    <div>
                      <dt>{t.eventsSoFar}</dt>
                      <dd>{number(pilot.sequence, lang)}</dd>
                    </div>
                    <div>
                      <dt>{t.lastEvent}</dt>
                      <dd>{pilot.last_time ? <time dateTime={pilot.last_time}>{instant(pilot.last_time, lang)}</time> : '–'}</dd>
                    </div>
                  </dl>
                </li>
              ))}
            </ul>
          );
        }}
      </Answer>
    </>
  );
}
