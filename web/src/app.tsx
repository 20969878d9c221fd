// SPDX-License-Identifier: Apache-2.0
// The frame around every view: who is signed in, language, theme, and which view the address names.

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { get, remove, useLanguage, useToken } from './api.ts';
import { AppContext, useApp } from './context.ts';
import type { Lang } from './format.ts';
import { catalogues } from './i18n/index.ts';
import { go, link, useRoute } from './router.ts';
import type { Role, Session } from './types.ts';
import { PilotView } from './views/pilot.tsx';
import { Pilots } from './views/pilots.tsx';
import { PublicView } from './views/public.tsx';
import { SignIn } from './views/signin.tsx';

type Theme = 'system' | 'light' | 'dark';

function remember(name: string, value: string | null): void {
  try {
    if (value === null) {
      localStorage.removeItem(name);
    } else {
      localStorage.setItem(name, value);
    }
  } catch {
    // No storage: the choice holds until the page is left.
  }
}

function ThemeSwitch() {
  const { t } = useApp();
  const [theme, setTheme] = useState<Theme>((document.documentElement.dataset.theme as Theme | undefined) ?? 'system');
  const choose = (chosen: Theme) => {
    setTheme(chosen);
    remember('theme', chosen === 'system' ? null : chosen);
    if (chosen === 'system') {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = chosen;
    }
    window.dispatchEvent(new Event('themechange'));
  };
  return (
    <label class="pick">
      <span class="sr">{t.theme}</span>
      <select value={theme} onChange={(event) => choose(event.currentTarget.value as Theme)}>
        <option value="system">{t.themeSystem}</option>
        <option value="light">{t.themeLight}</option>
        <option value="dark">{t.themeDark}</option>
      </select>
    </label>
  );
}

function Header({ setLang }: { setLang: (lang: Lang) => void }) {
  const { t, lang, session, reloadSession } = useApp();
  const signOut = () => {
    remove('/session').then(reloadSession, reloadSession);
    go(link([]));
  };
  return (
    <header class="top">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        {t.skip}
      </button>
      <a class="brand" href="#/">
        <svg aria-hidden="true" viewBox="0 0 32 24" width="28" height="21">
          <path d="M2 17c5-6 9-6 14 0s9 6 14 0" />
          <path d="M2 8c5-6 9-6 14 0s9 6 14 0" class="thin" />
        </svg>
        <span>Sandbank</span>
      </a>
      <div class="tools">
        <button
          type="button"
          class="quiet"
          lang={lang === 'vi' ? 'en' : 'vi'}
          onClick={() => setLang(lang === 'vi' ? 'en' : 'vi')}
        >
          {lang === 'vi' ? 'English' : 'Tiếng Việt'}
        </button>
        <ThemeSwitch />
        {session.signed_in ? (
          <span class="who">
            <span class="name">{session.name}</span>
            <button type="button" class="quiet" onClick={signOut}>
              {t.signOut}
            </button>
          </span>
        ) : (
          <a class="button quiet" href="#/signin">
            {t.signIn}
          </a>
        )}
      </div>
    </header>
  );
}

function View() {
  const { t } = useApp();
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const [first, second] = route.parts;
  const place = route.parts.join('/');
  const before = useRef(place);
  // A new view is announced and read from its top; a choice within one is not.
  useEffect(() => {
    if (before.current !== place) {
      before.current = place;
      main.current?.focus();
      window.scrollTo(0, 0);
    }
  }, [place]);
  let view = <NotFound />;
  if (first === undefined) {
    view = <Pilots />;
  } else if (first === 'p' && second) {
    view = <PilotView key={second} id={second} route={route} />;
  } else if (first === 'public' && second) {
    view = <PublicView key={second} id={second} />;
  } else if (first === 'signin') {
    view = <SignIn back={route.query.back} />;
  }
  return (
    <main id="main" ref={main} tabIndex={-1} aria-label={t.content}>
      {view}
    </main>
  );
}

function NotFound() {
  const { t } = useApp();
  return (
    <section class="narrow">
      <h1>{t.noSuchView}</h1>
      <p>
        <a href="#/">{t.toPilots}</a>
      </p>
    </section>
  );
}

export function Root() {
  const [lang, setLangState] = useState<Lang>(document.documentElement.lang === 'vi' ? 'vi' : 'en');
  const [session, setSession] = useState<Session | null>(null);
  useLanguage(lang);
  const setLang = (chosen: Lang) => {
    remember('lang', chosen);
    document.documentElement.lang = chosen;
    setLangState(chosen);
  };
  const reloadSession = useCallback(() => {
    get<Session>('/session').then(
      (answer) => {
        useToken(answer.csrf);
        setSession(answer);
      },
      () => setSession({ signed_in: false }),
    );
  }, []);
  useEffect(reloadSession, [reloadSession]);
  const app = useMemo(
    () => ({
      lang,
      t: catalogues[lang],
      session: session ?? { signed_in: false },
      may: (role: Role) => session?.roles?.includes(role) ?? false,
      offers: (what: string) => session?.offers?.includes(what) ?? true,
      reloadSession,
    }),
    [lang, session, reloadSession],
  );
  return (
    <AppContext.Provider value={app}>
      <Header setLang={setLang} />
      {session === null ? <main id="main" tabIndex={-1} aria-busy="true" /> : <View key={String(session.signed_in)} />}
    </AppContext.Provider>
  );
}
