// SPDX-License-Identifier: Apache-2.0
// Reading from the server inside a component: once, again on demand, or as a stream.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, address, get } from './api.ts';

/** What does not come over a stream is asked again so often. */
export const REFRESH_MS = 20_000;

export interface Loaded<T> {
  data?: T;
  error?: ApiError;
  loading: boolean;
  reload: () => void;
}

/**
 * GET a path; null asks nothing. What was there stays on the screen while a newer answer is on its way. With `every` it is asked again after so
 * many milliseconds, while somebody looks; when that fails, the last answer stands.
 */
export function useGet<T>(path: string | null, query: Record<string, string | undefined> = {}, every = 0): Loaded<T> {
  const key = path === null ? null : address(path, query);
  const [state, setState] = useState<{ key: string | null; data?: T; error?: ApiError; loading: boolean }>({
    key,
    loading: key !== null,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === null) {
      setState({ key, loading: false });
      return;
    }
    const controller = new AbortController();
    setState((before) => ({ key, data: before.data, loading: true }));
    get<T>(path, query, controller.signal).then(
      (data) => setState({ key, data, loading: false }),
      (error: unknown) => {
        if (!controller.signal.aborted) {
          setState({ key, error: error instanceof ApiError ? error : new ApiError(0, 'unreadable', {}), loading: false });
        }
      },
    );
    const timer =
      every > 0
        ? window.setInterval(() => {
            if (!document.hidden) {
              get<T>(path, query, controller.signal).then(
                (data) => setState({ key, data, loading: false }),
                () => {},
              );
            }
          }, every)
        : 0;
    return () => {
      window.clearInterval(timer);
      controller.abort();
    };
  }, [key, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { data: state.data, error: state.error, loading: state.loading, reload };
}

const REOPEN_MS = 5000;

export type StreamState = 'opening' | 'open' | 'lost';

/** Server-sent events of a path; the browser opens the stream again by itself when it breaks. */
export function useStream(path: string | null, events: Record<string, (data: unknown) => void>): StreamState {
  const [state, setState] = useState<StreamState>('opening');
  const handlers = useRef(events);
  handlers.current = events;
  useEffect(() => {
    if (path === null) {
      return;
    }
    let source: EventSource;
    let timer = 0;
    const receive = (event: MessageEvent<string>) => {
      setState('open');
      try {
        handlers.current[event.type]?.(JSON.parse(event.data));
      } catch {
        // A line that is no JSON changes nothing; the next one follows in a second.
      }
    };
    const open = () => {
      source = new EventSource(address(path));
      source.onopen = () => setState('open');
      source.onerror = () => {
        setState('lost');
        // A broken line the browser mends by itself; after a refusal it gives up.
        if (source.readyState === EventSource.CLOSED) {
          timer = window.setTimeout(open, REOPEN_MS);
        }
      };
      for (const name of Object.keys(handlers.current)) {
        source.addEventListener(name, receive as EventListener);
      }
    };
    open();
    return () => {
      window.clearTimeout(timer);
      source.close();
    };
  }, [path]);
  return state;
}

export interface Pages<T> {
  rows: T[] | undefined;
  error?: ApiError;
  /** Ask for more; absent when there is no more. */
  more?: () => void;
  reload: () => void;
}

/** A bounded list of the server, page after page: `{NAME: [...], next}`. null asks nothing. */
export function usePages<T>(path: string | null, name: string): Pages<T> {
  const first = useGet<Record<string, unknown>>(path, { limit: '50' });
  const [rest, setRest] = useState<{ of?: unknown; rows: T[]; next?: string | null }>({ rows: [] });
  const mine = rest.of === first.data ? rest : { rows: [], next: undefined };
  const next = mine.next === undefined ? ((first.data?.next as string | null | undefined) ?? null) : mine.next;
  const more = () => {
    if (path && next) {
      get<Record<string, unknown>>(path, { limit: '50', after: next }).then(
        (page) =>
          setRest({
            of: first.data,
            rows: [...mine.rows, ...((page[name] as T[] | undefined) ?? [])],
            next: (page.next as string | null | undefined) ?? null,
          }),
        () => {},
      );
    }
  };
  const rows = first.data ? [...((first.data[name] as T[] | undefined) ?? []), ...mine.rows] : undefined;
  return { rows, error: first.error, more: next ? more : undefined, reload: first.reload };
}
