// SPDX-License-Identifier: Apache-2.0
// What every view needs: the words, the language, and who is signed in.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { inLanguage } from './api.ts';
import type { Lang } from './format.ts';
import { type Catalogue, catalogues } from './i18n/index.ts';
import type { Role, Session, Text } from './types.ts';

export interface App {
  lang: Lang;
  t: Catalogue;
  session: Session;
  /** Does this person have the role? A guest has some on synthetic pilots. */
  may: (role: Role) => boolean;
  /** Does this server have it? What it does not have gets no place on the page. */
  offers: (what: string) => boolean;
  reloadSession: () => void;
}

export const AppContext = createContext<App>({
  lang: 'en',
  t: catalogues.en,
  session: { signed_in: false },
  may: () => false,
  offers: () => false,
  reloadSession: () => {},
});

export function useApp(): App & { say: (text: Text | null | undefined) => string } {
  const app = useContext(AppContext);
  return { ...app, say: (text) => inLanguage(text, app.lang) };
}
