// SPDX-License-Identifier: Apache-2.0
// Signing in: name and password, then the six digits of the second factor when the server asks for them.

import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, post, useToken } from '../api.ts';
import { useApp } from '../context.ts';
import { go } from '../router.ts';
import type { Session } from '../types.ts';
import { useTitle } from '../ui/parts.tsx';

export function SignIn({ back }: { back?: string }) {
  const { t, say, reloadSession } = useApp();
  useTitle(t.signIn);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const [second, setSecond] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const digits = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (second) {
      digits.current?.focus();
    }
  }, [second]);
  const send = async () => {
    setBusy(true);
    setProblem('');
    try {
      const session = await post<Session>('/session', second ? { name, password, totp } : { name, password });
      useToken(session.csrf);
      if (session.signed_in) {
        // Only to a view of this page: an address that came in a link is never a way to another site.
        go(back?.startsWith('#/') && !back.startsWith('#/signin') ? back : '#/');
        reloadSession();
      } else if (session.totp_needed) {
        setSecond(true);
      }
    } catch (error) {
      const known = error instanceof ApiError ? error : null;
      setProblem(
        known?.status === 401
          ? second
            ? t.wrongCode
            : t.wrongPassword
          : known?.status === 0
            ? t.unreachable
            : say(known?.texts) || t.serverSays(String(known?.status ?? '')),
      );
      setTotp('');
    }
    setBusy(false);
  };
  return (
    <section class="narrow">
      <h1>{t.signIn}</h1>
      <form
        class="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label>
          {t.name}
          <input
            required
            autocomplete="username"
            maxLength={64}
            value={name}
            readOnly={second}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          {t.password}
          <input
            required
            type="password"
            autocomplete="current-password"
            maxLength={1024}
            value={password}
            readOnly={second}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        {second && (
          <label>
            {t.sixDigits}
            <input
              ref={digits}
              required
              inputMode="numeric"
              autocomplete="one-time-code"
              pattern="[0-9]{6}"
              maxLength={6}
              value={totp}
              onInput={(event) => setTotp(event.currentTarget.value)}
            />
          </label>
        )}
        {problem && (
          <p class="notice bad" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="primary" disabled={busy}>
          {t.signIn}
        </button>
      </form>
    </section>
  );
}
