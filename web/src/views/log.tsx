// SPDX-License-Identifier: Apache-2.0
// Who did what on this page, when.

import { useApp } from '../context.ts';
import { instant } from '../format.ts';
import { usePages } from '../hooks.ts';
import type { LogEntry, Pilot } from '../types.ts';
import { Rows, TableFrame } from '../ui/parts.tsx';

export function LogView({ pilot }: { pilot: Pilot }) {
  const { t, lang } = useApp();
  const answer = usePages<LogEntry>(`/pilots/${encodeURIComponent(pilot.id)}/log`, 'entries');
  return (
    <section aria-labelledby="log">
      <h2 id="log">{t.logTitle}</h2>
      <Rows of={answer}>
        {(entries) => {
          return (
            <TableFrame label={t.logTitle}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t.timeUtc}</th>
                    <th scope="col">{t.person}</th>
                    <th scope="col">{t.action}</th>
                    <th scope="col">{t.about}</th>
                    <th scope="col">{t.result}</th>
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <tr key={entry.number}>
                      <td class="nowrap">{instant(entry.time, lang)}</td>
                      <td>{entry.person ?? t.guest}</td>
                      <td>{(t.actions as Record<string, string>)[entry.action] ?? entry.action}</td>
                      <td class="break">{entry.about}</td>
                      <td>{(t.outcomes as Record<string, string>)[entry.result] ?? entry.result}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </TableFrame>
          );
        }}
      </Rows>
    </section>
  );
}
