// SPDX-License-Identifier: Apache-2.0
// Small parts that several views share.

import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ApiError } from '../api.ts';
import { useApp } from '../context.ts';
import { shortId } from '../format.ts';
import type { Loaded, Pages } from '../hooks.ts';

/** What went wrong, in words, with what can be done about it. */
export function Problem({ error, again }: { error: ApiError; again?: () => void }) {
  const { t, say, session, reloadSession } = useApp();
  const ended = error.status === 401 && session.signed_in;
  useEffect(() => {
    if (ended) {
      reloadSession();
    }
  }, [ended, reloadSession]);
  if (error.status === 401) {
    return (
      <div class="notice" role="status">
        <p>{t.needsSignIn}</p>
        <p>
          <a class="button" href={`#/signin?back=${encodeURIComponent(window.location.hash)}`}>
            {t.signIn}
          </a>
        </p>
      </div>
    );
  }
  const words =
    error.status === 0
      ? t.unreachable
      : error.status === 403
        ? t.notAllowed
        : say(error.texts) || t.serverSays(String(error.status));
  return (
    <div class="notice bad" role="alert">
      <p>{words}</p>
      {again && (
        <p>
          <button type="button" onClick={again}>
            {t.again}
          </button>
        </p>
      )}
    </div>
  );
}

/** A part of a view that waits for an answer: shows the answer, or what went wrong. */
export function Answer<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  const { t } = useApp();
  if (of.error) {
    return <Problem error={of.error} again={of.reload} />;
  }
  if (of.data === undefined || of.data === null) {
    return (
      <p class="waiting" role="status">
        {t.loading}
      </p>
    );
  }
  return <>{children(of.data)}</>;
}

/** A bounded list, and the way to more of it. */
export function Rows<T>({ of, children }: { of: Pages<T>; children: (rows: T[]) => ComponentChildren }) {
  const { t } = useApp();
  if (of.error) {
    return <Problem error={of.error} again={of.reload} />;
  }
  if (!of.rows) {
    return (
      <p class="waiting" role="status">
        {t.loading}
      </p>
    );
  }
  if (of.rows.length === 0) {
    return <p class="quiet-text">{t.noneYet}</p>;
  }
  return (
    <>
      {children(of.rows)}
      {of.more && (
        <p class="actions">
          <button type="button" onClick={of.more}>
            {t.more}
          </button>
        </p>
      )}
    </>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} – Sandbank` : 'Sandbank';
  }, [title]);
}

export function Chip({ kind, children }: { kind?: 'good' | 'warn' | 'bad' | 'plain'; children: ComponentChildren }) {
  return <span class={`chip ${kind ?? 'plain'}`}>{children}</span>;
}

export function Id({ id }: { id: string }) {
  return (
    <code class="id" title={id}>
      {shortId(id)}
    </code>
  );
}

/** A share of a whole as a bar. The number stands beside it as text, so the bar itself says nothing to a screen reader. */
export function Bar({ share, kind }: { share: number; kind?: string }) {
  const width = `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;
  return (
    <span class={`bar ${kind ?? ''}`} aria-hidden="true">
      <span style={{ width }} />
    </span>
  );
}

/** A wide table scrolls inside its own frame, reachable by keyboard, and never widens the page. */
export function TableFrame({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <section class="table-frame" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

export function Segments<T extends string>({
  label,
  value,
  options,
  choose,
}: {
  label: string;
  value: T;
  options: { value: T; label: string }[];
  choose: (value: T) => void;
}) {
  return (
    <fieldset class="segments">
      <legend class="sr">{label}</legend>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => choose(option.value)}>
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}

export function Figure({
  label,
  value,
  under,
  kind,
}: {
  label: string;
  value: ComponentChildren;
  under?: ComponentChildren;
  kind?: string;
}) {
  return (
    <div class={`figure ${kind ?? ''}`}>
      <dt>{label}</dt>
      <dd>
        <span class="value">{value}</span>
        {under && <span class="under">{under}</span>}
      </dd>
    </div>
  );
}
