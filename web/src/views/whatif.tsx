// SPDX-License-Identifier: Apache-2.0
// What if: ask the recorded history under another law, and keep what was asked.

import { useMemo, useState } from 'preact/hooks';
import { ApiError, inLanguage, post } from '../api.ts';
import { useApp } from '../context.ts';
import { type Draft, firstDay, type Limit, limitsOf, namesOf, type Rule, sentence, withDrafts } from '../draft.ts';
import { amount, day, instant, number, parseAmount } from '../format.ts';
import { useGet, usePages } from '../hooks.ts';
import { go, link, type Route } from '../router.ts';
import type { Charter, CheckAnswer, Diagnostic, Dimension, Mode, Pilot, WhatIf, WhatIfQuestion } from '../types.ts';
import { Editor } from '../ui/editor.tsx';
import { Answer, Chip, Problem, Rows, Segments } from '../ui/parts.tsx';
import { WhatIfResult } from './whatif_result.tsx';

const BY: Dimension[] = ['limit', 'kind', 'tier', 'province', 'area', 'month'];
type How = 'number' | 'date' | 'rule' | 'text';

export function WhatIfView({ pilot, route }: { pilot: Pilot; route: Route }) {
  const { t, may } = useApp();
  const id = route.parts[3];
  if (id) {
    return <WhatIfResult key={id} pilot={pilot} id={id} />;
  }
  return (
    <>
      <p class="lead">{t.whatIfLead}</p>
      {may('analyst') && <Ask pilot={pilot} />}
      <Kept pilot={pilot} />
    </>
  );
}

function Kept({ pilot }: { pilot: Pilot }) {
  const { t, lang } = useApp();
  const answer = usePages<WhatIf>(`/pilots/${encodeURIComponent(pilot.id)}/whatifs`, 'whatifs');
  return (
    <section aria-labelledby="kept">
      <h2 id="kept">{t.keptScenarios}</h2>
      <Rows of={answer}>
        {(rows) => {
          return (
            <ul class="kept">
              {rows.map((row) => (
                <li key={row.id}>
                  <a href={link(['p', pilot.id, 'whatif', row.id])}>{row.name}</a>
                  <span class="under">
                    {t.modes[row.mode]} · {instant(row.made_at, lang)}
                    {row.made_by && ` · ${row.made_by}`}
                  </span>
                  {row.state !== 'done' && (
                    <Chip kind={row.state === 'running' ? 'warn' : row.state === 'failed' ? 'bad' : 'plain'}>
                      {t.whatIfStates[row.state]}
                    </Chip>
                  )}
                </li>
              ))}
            </ul>
          );
        }}
      </Rows>
    </section>
  );
}

function Ask({ pilot }: { pilot: Pilot }) {
  const charter = useGet<Charter>(`/pilots/${encodeURIComponent(pilot.id)}/charter`);
  return <Answer of={charter}>{(data) => <Form pilot={pilot} charter={data} />}</Answer>;
}

function Form({ pilot, charter }: { pilot: Pilot; charter: Charter }) {
  const { t, lang } = useApp();
  const limits = useMemo(() => limitsOf(charter), [charter]);
  const [name, setName] = useState('');
  const [mode, setMode] = useState<Mode>('whole-run');
  const [how, setHow] = useState<How>(limits.length > 0 ? 'number' : 'rule');
  const [numbers, setNumbers] = useState<Record<string, string>>({});
  const [lawAt, setLawAt] = useState('');
  const [knownAt, setKnownAt] = useState('');
  const [drafts, setDrafts] = useState<Draft[]>([]);
  const [text, setText] = useState(charter.text);
  const [check, setCheck] = useState<CheckAnswer | null>(null);
  const [problem, setProblem] = useState<{ words?: string; error?: ApiError; diagnostics?: Diagnostic[] } | null>(null);
  const [busy, setBusy] = useState(false);

  const question = (): WhatIfQuestion | string => {
    const base = { mode, by: BY, lang };
    if (how === 'number') {
      const sets: string[] = [];
      const words: string[] = [];
      for (const limit of limits) {
        const typed = numbers[limit.name]?.trim();
        if (typed) {
          const decimals = limit.counts ? 0 : pilot.decimals;
          const minor = parseAmount(typed, decimals, lang);
          if (minor === null) {
            return t.notAnAmount(typed);
          }
          sets.push(`${limit.name}=${amount(minor, decimals, 'en').replaceAll(',', '')}`);
          words.push(`${limit.name} ${amount(minor, decimals, lang)}`);
        }
      }
      return sets.length > 0 ? { ...base, name: name || words.join(', '), sets } : t.typeANumber;
    }
    if (how === 'date') {
      if (!lawAt && !knownAt) {
        return t.chooseADay;
      }
      const words = [lawAt && t.lawOf(day(lawAt, lang)), knownAt && t.knownOn(day(knownAt, lang))].filter(Boolean).join(', ');
      return { ...base, name: name || words, law_at: lawAt || undefined, known_at: knownAt || undefined };
    }
    if (how === 'rule') {
      if (drafts.length === 0) {
        return t.addARule;
      }
      const from = firstDay(charter.sentences, charter.on);
      return {
        ...base,
        name: (name || drafts.map((d, i) => sentence(d, i + 1).replace(/ by WHATIF$/, '')).join('; ')).slice(0, 120),
        charter_text: withDrafts(charter.text, drafts, from),
      };
    }
    return { ...base, name: name || t.ownText, charter_text: text };
  };

  const run = async () => {
    const asked = question();
    if (typeof asked === 'string') {
      setProblem({ words: asked });
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      const made = await post<WhatIf>(`/pilots/${encodeURIComponent(pilot.id)}/whatifs`, asked);
      go(link(['p', pilot.id, 'whatif', made.id]));
    } catch (error) {
      setProblem({ error: error instanceof ApiError ? error : new ApiError(0, 'failed', {}) });
    }
    setBusy(false);
  };

  return (
    <form
      class="panel what-if"
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <h2>{t.askWhatIf}</h2>
      <Segments
        label={t.whatChanges}
        value={how}
        options={[
          ...(limits.length > 0 ? [{ value: 'number' as How, label: t.howNumber }] : []),
          { value: 'date', label: t.howDate },
          { value: 'rule', label: t.howRule },
          { value: 'text', label: t.howText },
        ]}
        choose={(chosen) => {
          setHow(chosen);
          setProblem(null);
        }}
      />
      {how === 'number' && (
        <Numbers
          limits={limits}
          pilot={pilot}
          numbers={numbers}
          set={(limit, value) => setNumbers({ ...numbers, [limit]: value })}
        />
      )}
      {how === 'date' && <Dates charter={charter} lawAt={lawAt} knownAt={knownAt} setLawAt={setLawAt} setKnownAt={setKnownAt} />}
      {how === 'rule' && <Rules charter={charter} pilot={pilot} drafts={drafts} setDrafts={setDrafts} />}
      {how === 'text' && (
        <>
          <p class="quiet-text">{t.textHint}</p>
          <Editor text={text} label={t.howText} onText={setText} onCheck={setCheck} />
          <p role="status" class={check && !check.ok ? 'bad-text' : 'quiet-text'}>
            {check === null
              ? t.checking
              : check.ok
                ? t.charterGood(number(check.sentences, lang), number(check.warnings.length, lang))
                : t.charterBad(number(check.errors.length + check.more, lang))}
          </p>
        </>
      )}
      <fieldset class="radios">
        <legend>{t.whichQuestion}</legend>
        {(['whole-run', 'one-step'] as Mode[]).map((m) => (
          <label key={m} class="radio">
            <input type="radio" name="mode" checked={mode === m} onChange={() => setMode(m)} />
            <span>
              <strong>{t.modes[m]}</strong>
              <span class="under">{t.modeWhat[m]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div class="controls">
        <label class="wide">
          {t.scenarioName}
          <input value={name} maxLength={120} placeholder={t.nameHint} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <button type="submit" class="primary" disabled={busy || (how === 'text' && check !== null && !check.ok)}>
          {t.runIt}
        </button>
      </div>
      {problem?.words && (
        <p class="notice bad" role="alert">
          {problem.words}
        </p>
      )}
      {problem?.error && <Problem error={problem.error} />}
    </form>
  );
}

function Numbers({
  limits,
  pilot,
  numbers,
  set,
}: {
  limits: Limit[];
  pilot: Pilot;
  numbers: Record<string, string>;
  set: (limit: string, value: string) => void;
}) {
  const { t, lang } = useApp();
  return (
    <div class="numbers">
      {limits.map((limit) => (
        <div key={limit.name} class="number-row">
          <label>
            <span class="law">{limit.name}</span>
            <span class="under">
              {t.now}{' '}
              {limit.ceiling === null
                ? t.aTable
                : `${number(limit.ceiling, lang)} ${limit.counts ? '' : pilot.unit === 'VND' ? '₫' : pilot.unit}`}
            </span>
            <input
              inputMode="decimal"
              autocomplete="off"
              placeholder={t.unchanged}
              value={numbers[limit.name] ?? ''}
              onInput={(event) => set(limit.name, event.currentTarget.value)}
            />
          </label>
          <p class="law small">{limit.text}</p>
        </div>
      ))}
    </div>
  );
}

function Dates({
  charter,
  lawAt,
  knownAt,
  setLawAt,
  setKnownAt,
}: {
  charter: Charter;
  lawAt: string;
  knownAt: string;
  setLawAt: (day: string) => void;
  setKnownAt: (day: string) => void;
}) {
  const { t, lang } = useApp();
  return (
    <div class="dates-form">
      <div class="controls">
        <label>
          {t.lawAtLabel}
          <input type="date" value={lawAt} onChange={(event) => setLawAt(event.currentTarget.value)} />
        </label>
        <label>
          {t.knownAtLabel}
          <input type="date" value={knownAt} onChange={(event) => setKnownAt(event.currentTarget.value)} />
        </label>
      </div>
      <p class="quiet-text">{t.dateHint}</p>
      <p class="quick">
        {charter.instruments
          .filter((i) => i.in_force ?? i.signed)
          .map((i) => (
            <button
              key={i.name}
              type="button"
              title={i.title ?? undefined}
              onClick={() => setLawAt(i.in_force ?? i.signed ?? '')}
            >
              {i.name} · {day(i.in_force ?? i.signed, lang)}
            </button>
          ))}
      </p>
    </div>
  );
}

function Rules({
  charter,
  pilot,
  drafts,
  setDrafts,
}: {
  charter: Charter;
  pilot: Pilot;
  drafts: Draft[];
  setDrafts: (drafts: Draft[]) => void;
}) {
  const { t, lang } = useApp();
  const kinds = useMemo(() => namesOf(charter, 'kind'), [charter]);
  const tiers = useMemo(() => namesOf(charter, 'tier'), [charter]);
  const [rule, setRule] = useState<Rule>('each');
  const [kind, setKind] = useState(kinds[0] ?? '');
  const [tier, setTier] = useState('');
  const [typed, setTyped] = useState('');
  const [bad, setBad] = useState('');
  const add = () => {
    const digits = rule === 'forbid' ? '0' : parseAmount(typed, 0, lang);
    if (digits === null) {
      setBad(t.notAnAmount(typed));
      return;
    }
    setBad('');
    setTyped('');
    setDrafts([...drafts, { rule, kind, tier, amount: digits }]);
  };
  return (
    <div>
      <div class="controls">
        <label>
          {t.kind}
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            {kinds.map((k) => (
              <option key={k} value={k}>
                {k}
              </option>
            ))}
          </select>
        </label>
        {tiers.length > 0 && (
          <label>
            {t.tier}
            <select value={tier} onChange={(event) => setTier(event.currentTarget.value)}>
              <option value="">{t.everyTier}</option>
              {tiers.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          {t.rule}
          <select value={rule} onChange={(event) => setRule(event.currentTarget.value as Rule)}>
            {(['each', 'day', 'month', 'day-count', 'forbid'] as Rule[]).map((r) => (
              <option key={r} value={r}>
                {t.rules[r]}
              </option>
            ))}
          </select>
        </label>
        {rule !== 'forbid' && (
          <label>
            {t.atMost}
            <input
              inputMode="numeric"
              autocomplete="off"
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
        )}
        <button type="button" onClick={add}>
          {t.add}
        </button>
      </div>
      {bad && (
        <p class="bad-text" role="alert">
          {bad}
        </p>
      )}
      {drafts.length > 0 && (
        <>
          <p class="quiet-text">{t.asLaw}</p>
          <ul class="drafts">
            {drafts.map((d, index) => (
              <li key={sentence(d, index + 1)}>
                <span class="law">{sentence(d, index + 1)}</span>
                <button type="button" class="quiet" onClick={() => setDrafts(drafts.filter((_, i) => i !== index))}>
                  {t.removeIt}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="quiet-text">{t.ruleHint(pilot.unit)}</p>
    </div>
  );
}

/** Why a what-if failed, in the language of the page. */
export function failure(whatIf: WhatIf, lang: 'vi' | 'en'): string {
  const error = whatIf.error?.error;
  return error ? inLanguage({ vi: error.message_vi, en: error.message_en }, lang) : '';
}
