// SPDX-License-Identifier: Apache-2.0
// What everybody may see of a pilot: only what the server publishes, with small counts left out.

import { useApp } from '../context.ts';
import { day, money, number, shortMoney } from '../format.ts';
import { useGet } from '../hooks.ts';
import type { PublicPilot } from '../types.ts';
import { Answer, Chip, Figure, useTitle } from '../ui/parts.tsx';
import { StateChip, TermText } from './about.tsx';
import { Refusals } from './overview.tsx';
import { RuralUrban } from './places.tsx';

export function PublicView({ id }: { id: string }) {
  const { t } = useApp();
  const answer = useGet<PublicPilot>(`/public/pilots/${encodeURIComponent(id)}`);
  useTitle(answer.data?.title ?? t.published);
  return <Answer of={answer}>{(pilot) => <Published pilot={pilot} />}</Answer>;
}

function Published({ pilot }: { pilot: PublicPilot }) {
  const { t, lang } = useApp();
  const count = (figure: { number?: number; suppressed?: boolean }) =>
    figure.suppressed || figure.number === undefined ? t.fewerThanFive : number(figure.number, lang);
  const sum = (figure: PublicPilot['accepted']) =>
    figure.suppressed || figure.sum === undefined ? (
      ''
    ) : (
      <span title={money(figure.sum, pilot.unit, pilot.decimals, lang)}>
        {shortMoney(figure.sum, pilot.unit, pilot.decimals, lang)}
      </span>
    );
  return (
    <>
      <div class="pilot-head">
        <p class="crumb">{t.published}</p>
        <h1>{pilot.title}</h1>
        <p class="chips">
          <StateChip state={pilot.state} />
          {pilot.synthetic && <Chip kind="warn">{t.syntheticLong}</Chip>}
        </p>
        <dl class="facts">
          <div>
            <dt>{t.term}</dt>
            <dd>
              <TermText term={pilot.term} />
            </dd>
          </div>
          <div>
            <dt>{t.asOf}</dt>
            <dd>{pilot.as_of ? day(pilot.as_of, lang) : '–'}</dd>
          </div>
        </dl>
      </div>
      <dl class="figures">
        <Figure label={t.accounts} value={count(pilot.accounts)} />
        <Figure label={t.accepted} value={count(pilot.accepted)} under={sum(pilot.accepted)} />
        <Figure label={t.refused} kind="refused" value={count(pilot.refused)} under={sum(pilot.refused)} />
      </dl>
      <Refusals rows={pilot.refusals} pilot={null} />
      {pilot.measures && pilot.measures.length > 0 && <RuralUrban measures={pilot.measures} pilot={pilot} />}
      <p class="quiet-text">{t.suppressedWhat}</p>
    </>
  );
}
