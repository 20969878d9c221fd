// SPDX-License-Identifier: Apache-2.0
// One pilot: what is said about it on every view, and the way from view to view.

import { useEffect, useRef } from 'preact/hooks';
import { useApp } from '../context.ts';
import { day, number } from '../format.ts';
import { type Loaded, REFRESH_MS, useGet } from '../hooks.ts';
import { link, type Route } from '../router.ts';
import type { Goals, Pilot } from '../types.ts';
import { Answer, Chip, useTitle } from '../ui/parts.tsx';
import { dutyText, StateChip, TermText } from './about.tsx';
import { GoalsView } from './goals.tsx';
import { LawView } from './law.tsx';
import { LogView } from './log.tsx';
import { Overview } from './overview.tsx';
import { PlacesView } from './places.tsx';
import { SupervisionView } from './supervision.tsx';
import { WhatIfView } from './whatif.tsx';
import { WhyView } from './why.tsx';

function Frame({ pilot, goals, route }: { pilot: Pilot; goals: Loaded<Goals>; route: Route }) {
  const { t, lang, may, offers, session } = useApp();
  const view = route.parts[2] ?? 'now';
  const tabs: { name: string; label: string; shown: boolean }[] = [
    { name: 'now', label: t.tabNow, shown: true },
    { name: 'law', label: t.tabLaw, shown: offers('charter') },
    { name: 'places', label: t.tabPlaces, shown: offers('measures') && offers('map') },
    { name: 'goals', label: t.tabGoals, shown: offers('goals') },
    { name: 'whatif', label: t.tabWhatIf, shown: offers('whatifs') },
    { name: 'why', label: t.tabWhy, shown: offers('events') && may('analyst') },
    { name: 'supervision', label: t.tabSupervision, shown: (offers('supervision') || offers('freezes')) && may('analyst') },
    { name: 'log', label: t.tabLog, shown: offers('log') && may('analyst') && session.signed_in },
  ];
  const current = tabs.find((tab) => tab.name === view)?.label;
  useTitle(current ? `${current} · ${pilot.title}` : pilot.title);
  let content = <p class="notice">{t.noSuchView}</p>;
  if (view === 'now') {
    content = <Overview pilot={pilot} goals={goals} />;
  } else if (view === 'law') {
    content = <LawView pilot={pilot} route={route} />;
  } else if (view === 'places') {
    content = <PlacesView pilot={pilot} route={route} />;
  } else if (view === 'goals') {
    content = <GoalsView pilot={pilot} goals={goals} />;
  } else if (view === 'whatif') {
    content = <WhatIfView pilot={pilot} route={route} />;
  } else if (view === 'why') {
    content = <WhyView pilot={pilot} event={route.parts[3]} />;
  } else if (view === 'supervision') {
    content = <SupervisionView pilot={pilot} />;
  } else if (view === 'log') {
    content = <LogView pilot={pilot} />;
  }
  const row = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const here = row.current?.querySelector<HTMLElement>('[aria-current]');
    if (row.current && here) {
      row.current.scrollLeft = here.offsetLeft - (row.current.clientWidth - here.offsetWidth) / 2;
    }
  }, [view]);
  const duty = dutyText(pilot.next_duty, lang);
  return (
    <>
      <div class="pilot-head">
        <p class="crumb">
          <a href="#/">{t.pilots}</a>
        </p>
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
          {duty && (
            <div>
              <dt>{t.nextDuty}</dt>
              <dd>{duty}</dd>
            </div>
          )}
          <div>
            <dt>{t.accounts}</dt>
            <dd>{number(pilot.accounts, lang)}</dd>
          </div>
          <div>
            <dt>{t.history}</dt>
            <dd>
              {pilot.first_time && pilot.last_time
                ? t.fromTo(day(pilot.first_time, lang), day(pilot.last_time, lang))
                : t.nothingYet}
            </dd>
          </div>
        </dl>
      </div>
      <nav class="tabs" aria-label={t.pilotViews}>
        <ul ref={row}>
          {tabs
            .filter((tab) => tab.shown)
            .map((tab) => (
              <li key={tab.name}>
                <a
                  href={link(tab.name === 'now' ? ['p', pilot.id] : ['p', pilot.id, tab.name])}
                  aria-current={tab.name === view ? 'page' : undefined}
                >
                  {tab.label}
                </a>
              </li>
            ))}
        </ul>
      </nav>
      <div class="view">{content}</div>
    </>
  );
}

export function PilotView({ id, route }: { id: string; route: Route }) {
  const pilot = useGet<Pilot>(`/pilots/${encodeURIComponent(id)}`, {}, REFRESH_MS);
  const { offers } = useApp();
  const goals = useGet<Goals>(offers('goals') ? `/pilots/${encodeURIComponent(id)}/goals` : null, {}, REFRESH_MS);
  return (
    <>
      <Answer of={pilot}>{(data) => <Frame pilot={data} goals={goals} route={route} />}</Answer>
      {pilot.error && (pilot.error.status === 401 || pilot.error.status === 403) && <PublicHint id={id} />}
    </>
  );
}

function PublicHint({ id }: { id: string }) {
  const { t } = useApp();
  return (
    <p>
      <a href={link(['public', id])}>{t.toPublic}</a>
    </p>
  );
}
