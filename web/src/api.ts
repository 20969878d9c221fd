// SPDX-License-Identifier: Apache-2.0
// The one way to the server. Nothing is changed by GET; every change carries the session's token against forged requests.

import type { Lang } from './format.ts';
import type { Text } from './types.ts';

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly texts: { vi?: string; en?: string };

  constructor(status: number, code: string, texts: { vi?: string; en?: string }) {
    super(texts.en ?? code);
    this.status = status;
    this.code = code;
    this.texts = texts;
  }
}

let csrf = '';
let lang: Lang = 'en';

/** The token that the server gave with the session, for what changes something. */
export function useToken(token: string | undefined): void {
  csrf = token ?? '';
}

export function useLanguage(chosen: Lang): void {
  lang = chosen;
}

/** The address of something under /api, in the language of the page. */
export function address(path: string, query: Record<string, string | undefined> = {}): string {
  const url = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value) {
      url.set(key, value);
    }
  }
  url.set('lang', lang);
  return `/api${path}?${url.toString()}`;
}

async function failure(response: Response): Promise<ApiError> {
  let code = String(response.status);
  let texts: { vi?: string; en?: string } = {};
  try {
    const body = (await response.json()) as { error?: { code?: string; message_en?: string; message_vi?: string } };
    code = body.error?.code ?? code;
    texts = { vi: body.error?.message_vi, en: body.error?.message_en };
  } catch {
    // Not one of the server's own errors: its status is all that is known.
  }
  return new ApiError(response.status, code, texts);
}

async function ask(method: string, path: string, body: unknown, signal?: AbortSignal, again = false): Promise<unknown> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') {
    headers['X-Sandbank-CSRF'] = csrf;
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
  }
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      signal,
    });
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw new ApiError(0, 'unreachable', {});
  }
  if (!response.ok) {
    const error = await failure(response);
    if (error.code !== 'csrf' || again) {
      throw error;
    }
    // The server was started anew since the page was opened: it has another token for this browser, and knows nothing of the request yet.
    const session = (await ask('GET', address('/session'), undefined, signal)) as { csrf?: string };
    useToken(session.csrf);
    return ask(method, path, body, signal, true);
  }
  if (response.status === 204) {
    return null;
  }
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

export function get<T>(path: string, query: Record<string, string | undefined> = {}, signal?: AbortSignal): Promise<T> {
  return ask('GET', address(path, query), undefined, signal) as Promise<T>;
}

export function post<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return ask('POST', address(path), body, signal) as Promise<T>;
}

export function remove<T>(path: string): Promise<T> {
  return ask('DELETE', address(path), undefined) as Promise<T>;
}

/** Lists come bare, or as the one list in an object beside what the list is about. */
export function list<T>(answer: unknown, name: string): T[] {
  if (Array.isArray(answer)) {
    return answer as T[];
  }
  const inside = (answer as Record<string, unknown> | null)?.[name];
  return Array.isArray(inside) ? (inside as T[]) : [];
}

/** A text in the language of the page; where there is only the other one, that. */
export function inLanguage(text: Text | null | undefined, chosen: Lang): string {
  if (!text) {
    return '';
  }
  if (typeof text === 'string') {
    return text;
  }
  return (chosen === 'vi' ? (text.vi ?? text.en) : (text.en ?? text.vi)) ?? '';
}
