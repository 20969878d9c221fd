// SPDX-License-Identifier: Apache-2.0
// What a supervisor looks at: balances and what covers them, the largest, who is near or just under a limit; and freezing by two people.

import { useState } from 'preact/hooks';
import { ApiError, post } from '../api.ts';
import { useApp } from '../context.ts';
import { instant, money, number } from '../format.ts';
import { type Pages, useGet, usePages } from '../hooks.ts';
import type { Freeze, Largest, Pilot, Sides, Supervision } from '../types.ts';
import { Answer, Chip, Id, Problem, Rows, Segments, TableFrame } from '../ui/parts.tsx';
import { NearLimits } from './overview.tsx';

export function SupervisionView({ pilot }: { pilot: Pilot }) {
  const { t, lang, offers } = useApp();
  const base = `/pilots/${encodeURIComponent(pilot.id)}`;
  const answer = useGet<Supervision>(offers('supervision') ? `${base}/supervision` : null);
  const freezes = usePages<Freeze>(offers('freezes') ? `${base}/freezes` : null, 'freezes');
  const [account, setAccount] = useState('');
  return (
    <>
      {offers('supervision') && (
        <Answer of={answer}>
          {(data) => (
            <>
              <p class="quiet-text">{data.time ? t.stateAt(instant(data.time, lang)) : ''}</p>
              <Providers data={data} />
              <LargestAccounts data={data} choose={setAccount} />
              <NearLimits rows={data.near} pilot={data} />
              <Structuring data={data} />
            </>
          )}
        </Answer>
      )}
      {offers('freezes') && <Freezes base={base} freezes={freezes} account={account} setAccount={setAccount} />}
    </>
  );
}

function Providers({ data }: { data: Supervision }) {
  const { t, lang } = useApp();
  const value = (text: string) => money(text, data.unit, data.decimals, lang);
  return (
    <section aria-labelledby="providers">
      <h2 id="providers">{t.providers}</h2>
      <p class="quiet-text">{t.coveredWhat}</p>
      <TableFrame label={t.providers}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.provider}</th>
              <th scope="col" class="num">
                {t.accounts}
              </th>
              <th scope="col" class="num">
                {t.frozenCount}
              </th>
              <th scope="col" class="num">
                {t.balances}
              </th>
              <th scope="col" class="num">
                {t.float}
              </th>
              <th scope="col" class="num">
                {t.guarantee}
              </th>
              <th scope="col">{t.covered}</th>
            </tr>
          </thead>
          <tbody>
            {data.providers.map((row) => (
              <tr key={row.provider ?? ''}>
                <th scope="row">{row.provider ?? t.none}</th>
                <td class="num">{number(row.accounts, lang)}</td>
                <td class="num">{number(row.frozen, lang)}</td>
                <td class="num">{value(row.balances)}</td>
                <td class="num">{value(row.float)}</td>
                <td class="num">{row.guarantee === null ? t.noGuarantee : value(row.guarantee)}</td>
                <td>
                  {row.covered === null ? (
                    <Chip>{t.unknown}</Chip>
                  ) : row.covered ? (
                    <Chip kind="good">{t.yes}</Chip>
                  ) : (
                    <Chip kind="bad">{t.notCovered}</Chip>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
    </section>
  );
}

function LargestAccounts({ data, choose }: { data: Supervision; choose: (account: string) => void }) {
  const { t, lang, may, session } = useApp();
  const [by, setBy] = useState<Largest['by']>('value');
  const groups = data.largest.filter((group) => group.by === by && group.accounts.length > 0);
  return (
    <section aria-labelledby="largest">
      <div class="section-head">
        <h2 id="largest">{t.largest}</h2>
        <Segments
          label={t.rankBy}
          value={by}
          options={[
            { value: 'value', label: t.byValue },
            { value: 'number', label: t.byNumber },
          ]}
          choose={setBy}
        />
      </div>
      <div class="columns">
        {groups.map((group) => (
          <div key={group.class ?? ''}>
            <h3>{group.class ?? t.none}</h3>
            <TableFrame label={`${t.largest}: ${group.class ?? t.none}`}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t.account}</th>
                    <th scope="col">{t.provider}</th>
                    <th scope="col" class="num">
                      {t.transfers}
                    </th>
                    <th scope="col" class="num">
                      {t.sum}
                    </th>
                    <th scope="col" class="num">
                      {t.balance}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {group.accounts.map((row) => (
                    <tr key={row.account}>
                      <td>
                        {session.signed_in && may('maker') ? (
                          <button type="button" class="linkish" title={t.askFreeze} onClick={() => choose(row.account)}>
                            <Id id={row.account} />
                          </button>
                        ) : (
                          <Id id={row.account} />
                        )}
                      </td>
                      <td>{row.provider ?? t.none}</td>
                      <td class="num">{number(row.number, lang)}</td>
                      <td class="num">{money(row.sum, data.unit, data.decimals, lang)}</td>
                      <td class="num">{money(row.balance, data.unit, data.decimals, lang)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableFrame>
          </div>
        ))}
      </div>
    </section>
  );
}

function Structuring({ data }: { data: Supervision }) {
  const { t, lang } = useApp();
  return (
    <section aria-labelledby="structuring">
      <h2 id="structuring">{t.structuring}</h2>
      <p class="quiet-text">{t.structuringWhat}</p>
      {data.structuring.length === 0 ? (
        <p class="quiet-text">{t.nobody}</p>
      ) : (
        <TableFrame label={t.structuring}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t.account}</th>
                <th scope="col">{t.limit}</th>
                <th scope="col" class="num">
                  {t.ceiling}
                </th>
                <th scope="col" class="num">
                  {t.transfers}
                </th>
                <th scope="col" class="num">
                  {t.sum}
                </th>
                <th scope="col">{t.lastTime}</th>
              </tr>
            </thead>
            <tbody>
              {data.structuring.map((row) => (
                <tr key={`${row.account} ${row.limit}`}>
                  <td>
                    <Id id={row.account} />
                  </td>
                  <td>{row.limit}</td>
                  <td class="num">{money(row.ceiling, data.unit, data.decimals, lang)}</td>
                  <td class="num">{number(row.number, lang)}</td>
                  <td class="num">{money(row.sum, data.unit, data.decimals, lang)}</td>
                  <td>{instant(row.last_time, lang)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </section>
  );
}

function Freezes({
  base,
  freezes,
  account,
  setAccount,
}: {
  base: string;
  freezes: Pages<Freeze>;
  account: string;
  setAccount: (account: string) => void;
}) {
  const { t, lang, may, session } = useApp();
  const [error, setError] = useState<ApiError | null>(null);
  const act = async (path: string, body?: unknown) => {
    setError(null);
    try {
      await post(path, body);
      freezes.reload();
      return true;
    } catch (failure) {
      setError(failure instanceof ApiError ? failure : new ApiError(0, 'failed', {}));
      return false;
    }
  };
  return (
    <section aria-labelledby="freezes">
      <h2 id="freezes">{t.freezes}</h2>
      <p class="quiet-text">{t.twoPeople}</p>
      {error && <Problem error={error} />}
      {session.signed_in && may('maker') && (
        <AskFreeze account={account} setAccount={setAccount} ask={(body) => act(`${base}/freezes`, body)} />
      )}
      <Rows of={freezes}>
        {(rows) => {
          return (
            <ul class="cards one">
              {rows.map((row) => (
                <li key={row.id} class="card">
                  <div class="card-head">
                    <h3>
                      {t.sides[row.sides]} · <Id id={row.account} />
                    </h3>
                    <Chip kind={row.state === 'approved' ? 'good' : row.state === 'pending' ? 'warn' : 'plain'}>
                      {t.freezeStates[row.state]}
                    </Chip>
                  </div>
                  <p>{row.reason}</p>
                  <p class="under">
                    {t.madeBy(row.made_by, instant(row.made_at, lang))}
                    {row.decided_by && ` · ${t.decidedBy(row.decided_by, instant(row.decided_at, lang))}`}
                    {row.sequence !== null && ` · ${t.sequence(number(row.sequence, lang))}`}
                    {row.result && row.result !== 'accepted' && ` · ${row.result}`}
                  </p>
                  {row.state === 'pending' && session.signed_in && (
                    <p class="actions">
                      {may('checker') && row.made_by !== session.name && (
                        <button type="button" class="primary" onClick={() => act(`${base}/freezes/${row.id}/approve`)}>
                          {t.approve}
                        </button>
                      )}
                      {(may('checker') || row.made_by === session.name) && (
                        <button type="button" onClick={() => act(`${base}/freezes/${row.id}/reject`)}>
                          {row.made_by === session.name ? t.withdraw : t.reject}
                        </button>
                      )}
                      {row.made_by === session.name && <span class="under">{t.anotherPerson}</span>}
                    </p>
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

function AskFreeze({
  account,
  setAccount,
  ask,
}: {
  account: string;
  setAccount: (account: string) => void;
  ask: (body: unknown) => Promise<boolean>;
}) {
  const { t } = useApp();
  const [sides, setSides] = useState<Sides>('out');
  const [reason, setReason] = useState('');
  const send = async () => {
    if (await ask({ account: account.trim(), sides, reason: reason.trim() })) {
      setAccount('');
      setReason('');
    }
  };
  return (
    <form
      class="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h3>{t.askFreeze}</h3>
      <div class="controls">
        <label class="wide">
          {t.account}
          <input
            required
            pattern="[0-9a-f]{32}"
            title={t.idHint}
            spellcheck={false}
            autocomplete="off"
            value={account}
            onInput={(event) => setAccount(event.currentTarget.value)}
          />
        </label>
        <label>
          {t.whichSides}
          <select value={sides} onChange={(event) => setSides(event.currentTarget.value as Sides)}>
            {(['out', 'in', 'both', 'none'] as Sides[]).map((side) => (
              <option key={side} value={side}>
                {t.sides[side]}
              </option>
            ))}
          </select>
        </label>
        <label class="wide">
          {t.reason}
          <input
            required
            minLength={3}
            maxLength={1000}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          {t.ask}
        </button>
      </div>
    </form>
  );
}
