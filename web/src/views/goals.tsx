// SPDX-License-Identifier: Apache-2.0
// What the pilot promised and what would stop it: goals as progress against their date, safeguards as distance to the trip.

import { useApp } from '../context.ts';
import { day, money, number } from '../format.ts';
import type { Loaded } from '../hooks.ts';
import { measureValue } from '../measures.ts';
import { link } from '../router.ts';
import type { Goal, Goals, Pilot } from '../types.ts';
import { Answer, Bar, Chip } from '../ui/parts.tsx';

type Group = Exclude<keyof Goals, 'at'>;

const order: Group[] = ['goals', 'measures', 'safeguards', 'exposure', 'participants', 'invariants'];

function stateKind(state: string | undefined): 'good' | 'bad' | 'warn' | 'plain' {
  switch (state) {
    case 'reached':
    case 'holds':
      return 'good';
    case 'tripped':
    case 'missed':
    case 'broken':
      return 'bad';
    case 'open':
      return 'warn';
    default:
      return 'plain';
  }
}

/** How full the bar is: the figure as a share of its threshold. */
function share(goal: Goal): number {
  const figure = Number(goal.figure ?? 0);
  const threshold = Number(goal.threshold ?? 0);
  return threshold > 0 ? figure / threshold : 0;
}

/** Time as a share of the way from the first event to the goal's date. */
function timeShare(goal: Goal, pilot: Pilot): number | null {
  if (!goal.by_day || !pilot.last_time) {
    return null;
  }
  const from = Date.parse(pilot.term?.from ?? pilot.first_time ?? '');
  const to = Date.parse(goal.by_day);
  const now = Date.parse(pilot.last_time);
  return to > from ? Math.min(1, Math.max(0, (now - from) / (to - from))) : null;
}

function unitOf(goal: Goal, group: Group): string | null {
  return goal.unit ?? (group === 'exposure' || group === 'invariants' ? 'money' : group === 'participants' ? 'number' : 'share');
}

function Words({ goal, group, pilot }: { goal: Goal; group: Group; pilot: Pilot }) {
  const { t, lang } = useApp();
  const unit = unitOf(goal, group);
  const value = (text: string | null | undefined) => measureValue(text, unit, pilot, lang);
  const distance =
    goal.distance != null
      ? measureValue(
          unit === 'share' ? String(Number(goal.distance) * 100) : goal.distance,
          unit === 'share' ? 'points' : unit,
          pilot,
          lang,
        )
      : '';
  const part = (text: string) =>
    unit === 'money' || group === 'invariants' ? money(text, pilot.unit, pilot.decimals, lang) : number(text, lang);
  const time = timeShare(goal, pilot);
  return (
    <>
      <p class="goal-figure">
        <span class="value">{value(goal.figure)}</span>
        {goal.threshold != null && (
          <span class="under">
            {group === 'safeguards'
              ? t.tripsOver(value(goal.threshold))
              : group === 'goals'
                ? t.goalIs(value(goal.threshold))
                : t.bound(value(goal.threshold))}
            {goal.by_day && ` · ${t.by(day(goal.by_day, lang))}`}
          </span>
        )}
      </p>
      {goal.numerator && goal.denominator && (
        <span class="under">
          {part(goal.numerator)} / {part(goal.denominator)}
        </span>
      )}
      {goal.note && <p class="under">{goal.note}</p>}
      {goal.threshold != null && (
        <Bar share={share(goal)} kind={group === 'goals' ? '' : share(goal) >= 0.9 ? 'refused' : 'calm'} />
      )}
      {time !== null && (
        <p class="time-row">
          <span class="under">{t.timePassed(`${Math.round(time * 100)} %`)}</span>
          <Bar share={time} kind="time" />
        </p>
      )}
      {distance && <p class="under">{group === 'goals' ? t.toGo(distance) : t.distanceToTrip(distance)}</p>}
    </>
  );
}

function GoalCard({ goal, group, pilot }: { goal: Goal; group: Group; pilot: Pilot }) {
  const { t } = useApp();
  return (
    <li class="card goal">
      <div class="card-head">
        <h3>{goal.name || t.goalKinds[group]}</h3>
        {goal.state && goal.threshold != null && (
          <Chip kind={stateKind(goal.state)}>{(t.goalStates as Record<string, string>)[goal.state] ?? goal.state}</Chip>
        )}
      </div>
      <Words goal={goal} group={group} pilot={pilot} />
      <p class="law small">
        <a href={link(['p', pilot.id, 'law'], { line: String(goal.line) })}>{t.line(String(goal.line))}</a> {goal.text}
      </p>
      {goal.text_original && goal.text_original !== goal.text && (
        <p class="law small">
          {t.firstWording} {goal.text_original}
        </p>
      )}
    </li>
  );
}

export function GoalsView({ pilot, goals }: { pilot: Pilot; goals: Loaded<Goals> }) {
  const { t } = useApp();
  return (
    <Answer of={goals}>
      {(data) => (
        <>
          <p class="lead">{t.goalsLead}</p>
          {order.every((group) => (data[group] ?? []).length === 0) && <p class="notice">{t.noGoals}</p>}
          {order
            .filter((group) => (data[group] ?? []).length > 0)
            .map((group) => (
              <section key={group} aria-labelledby={`g-${group}`}>
                <h2 id={`g-${group}`}>{t.goalGroups[group]}</h2>
                <ul class="cards">
                  {(data[group] ?? []).map((goal) => (
                    <GoalCard key={`${goal.name} ${goal.line}`} goal={goal} group={group} pilot={pilot} />
                  ))}
                </ul>
              </section>
            ))}
        </>
      )}
    </Answer>
  );
}

/** On the first view of a pilot: the goals and safeguards only, without their sentences. */
export function GoalsShort({ goals, pilot }: { goals: Goals; pilot: Pilot }) {
  const { t } = useApp();
  const rows = [
    ...goals.goals.map((goal) => ({ goal, group: 'goals' as const })),
    ...goals.safeguards.map((goal) => ({ goal, group: 'safeguards' as const })),
  ];
  if (rows.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="goals-short">
      <div class="section-head">
        <h2 id="goals-short">{t.goalsAndSafeguards}</h2>
        <a href={link(['p', pilot.id, 'goals'])}>{t.allGoals}</a>
      </div>
      <ul class="cards">
        {rows.map(({ goal, group }) => (
          <li key={`${group} ${goal.name}`} class="card goal">
            <div class="card-head">
              <h3>{goal.name}</h3>
              {goal.state && goal.threshold != null && (
                <Chip kind={stateKind(goal.state)}>{(t.goalStates as Record<string, string>)[goal.state] ?? goal.state}</Chip>
              )}
            </div>
            <Words goal={goal} group={group} pilot={pilot} />
          </li>
        ))}
      </ul>
    </section>
  );
}
