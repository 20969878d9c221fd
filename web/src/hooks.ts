// SPDX-License-Identifier: Apache-2.0
// Reading from the server inside a component: once, again on demand, or as a stream.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, address, get } from './api.ts';

export interface Loaded<T> {
  data?: T;
  error?: ApiError;
  loading: boolean;
  reload: () => void;
}

/** GET a path; null asks nothing. What was there stays on the screen while a newer answer is on its way. */
export function useGet<T>(path: string | null, query: Record<string, string | undefined> = {}): Loaded<T> {
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
    return () => controller.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { data: state.data, error: state.error, loading: state.loading, reload };
}

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
    const source = new EventSource(address(path));
    source.onopen = () => setState('open');
    source.onerror = () => setState('lost');
    const receive = (event: MessageEvent<string>) => {
      setState('open');
      try {
        handlers.current[event.type]?.(JSON.parse(event.data));
      } catch {
        // A line that is no JSON changes nothing; the next one follows in a second.
      }
    };
    for (const name of Object.keys(handlers.current)) {
      source.addEventListener(name, receive as EventListener);
    }
    return () => source.close();
  }, [path]);
  return state;
}
