// SPDX-License-Identifier: Apache-2.0
// Addresses of the page: everything behind "#", so that the server serves files only and any view can be linked.

import { useEffect, useState } from 'preact/hooks';

export interface Route {
  /** The parts of the path, decoded: "#/p/vn/law" is ["p", "vn", "law"]. */
  parts: string[];
  query: Record<string, string>;
}

export function parse(hash: string): Route {
  const text = hash.replace(/^#\/?/, '');
  const [path = '', search = ''] = text.split('?', 2) as [string?, string?];
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  return {
    parts: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

export function link(parts: string[], query: Record<string, string | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value) {
      search.set(key, value);
    }
  }
  const text = search.toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

export function go(target: string): void {
  window.location.hash = target;
}

/** Change the address without a new entry in the history: for choices within a view. */
export function replace(target: string): void {
  window.history.replaceState(null, '', target);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(window.location.hash));
  useEffect(() => {
    const changed = () => setRoute(parse(window.location.hash));
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return route;
}
