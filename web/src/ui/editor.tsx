// SPDX-License-Identifier: Apache-2.0
// The text of a charter, edited with CodeMirror (fetched when first needed), each error under its line as one types. It lives in a shadow
// root, where its own style sheets are constructed ones: the page's policy allows no style element.

import { useEffect, useRef } from 'preact/hooks';
import { post } from '../api.ts';
import { useApp } from '../context.ts';
import { columnOf } from '../draft.ts';
import type { Lang } from '../format.ts';
import type { CheckAnswer, Diagnostic } from '../types.ts';

/** Milliseconds of quiet before the text is checked. */
const QUIET_MS = 250;

interface Api {
  show: (errors: Diagnostic[], warnings: Diagnostic[]) => void;
  destroy: () => void;
}

async function open(host: HTMLElement, text: string, lang: Lang, label: string, changed: (text: string) => void): Promise<Api> {
  const [
    { EditorState, StateEffect, StateField },
    { Decoration, EditorView, WidgetType, keymap, lineNumbers, drawSelection },
    { defaultKeymap, history, historyKeymap },
  ] = await Promise.all([import('@codemirror/state'), import('@codemirror/view'), import('@codemirror/commands')]);
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });

  class Under extends WidgetType {
    constructor(
      readonly message: string,
      readonly kind: string,
    ) {
      super();
    }
    override eq(other: Under) {
      return other.message === this.message && other.kind === this.kind;
    }
    override toDOM() {
      const element = document.createElement('div');
      element.className = `under-line ${this.kind}`;
      element.textContent = this.message;
      return element;
    }
  }

  type Found = { errors: Diagnostic[]; warnings: Diagnostic[] };
  const found = StateEffect.define<Found>();
  const marks = StateField.define({
    create: () => Decoration.none,
    update(before, transaction) {
      let next = before.map(transaction.changes);
      for (const effect of transaction.effects) {
        if (effect.is(found)) {
          const doc = transaction.state.doc;
          const ranges = [
            ...effect.value.errors.map((d) => ({ d, kind: 'error' })),
            ...effect.value.warnings.map((d) => ({ d, kind: 'warning' })),
          ].flatMap(({ d, kind }) => {
            const line = doc.line(Math.min(doc.lines, Math.max(1, d.line)));
            const from = Math.min(line.to, line.from + columnOf(line.text, d.column));
            const to = Math.min(line.to, Math.max(from, line.from + columnOf(line.text, d.column + d.length)));
            const widget = Decoration.widget({
              widget: new Under(lang === 'vi' ? d.text_vi : d.text_en, kind),
              block: true,
              side: 1,
            }).range(line.to);
            return to > from ? [Decoration.mark({ class: `squiggle ${kind}` }).range(from, to), widget] : [widget];
          });
          next = Decoration.set(ranges, true);
        }
      }
      return next;
    },
    provide: (field) => EditorView.decorations.from(field),
  });
  const theme = EditorView.theme({
    '&': { height: 'min(65vh, 640px)', fontSize: '14px', color: 'var(--ink)', backgroundColor: 'var(--paper)' },
    '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '1px' },
    '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
    '.cm-content': { caretColor: 'var(--ink)' },
    '.cm-cursor': { borderLeftColor: 'var(--ink)' },
    '.cm-gutters': { backgroundColor: 'var(--wash)', color: 'var(--soft)', border: 'none' },
    '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
      backgroundColor: 'var(--accent-wash)',
    },
    '.squiggle.error': { textDecoration: 'underline wavy var(--bad)' },
    '.squiggle.warning': { textDecoration: 'underline wavy var(--warn)' },
    '.under-line': { padding: '0 8px 2px', fontFamily: 'var(--sans)', fontSize: '13px', whiteSpace: 'pre-wrap' },
    '.under-line.error': { color: 'var(--bad)', backgroundColor: 'var(--bad-wash)' },
    '.under-line.warning': { color: 'var(--warn)', backgroundColor: 'var(--warn-wash)' },
  });
  root.replaceChildren();
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        drawSelection(),
        history(),
        // Tab stays the browser's: a person with a keyboard gets out of the text as out of any field.
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            changed(update.state.doc.toString());
          }
        }),
        marks,
        theme,
      ],
    }),
  });
  return {
    show: (errors, warnings) => view.dispatch({ effects: found.of({ errors, warnings }) }),
    destroy: () => view.destroy(),
  };
}

export function Editor({
  text,
  label,
  onText,
  onCheck,
}: {
  text: string;
  label: string;
  onText: (text: string) => void;
  onCheck: (answer: CheckAnswer | null) => void;
}) {
  const { lang } = useApp();
  const host = useRef<HTMLDivElement>(null);
  const first = useRef(text);
  const told = useRef({ onText, onCheck });
  told.current = { onText, onCheck };
  useEffect(() => {
    let gone = false;
    let api: Api | null = null;
    let timer = 0;
    let controller = new AbortController();
    const check = (now: string) => {
      controller.abort();
      controller = new AbortController();
      post<CheckAnswer>('/charter/check', { text: now }, controller.signal).then(
        (answer) => {
          if (!gone) {
            api?.show(answer.errors, answer.warnings);
            told.current.onCheck(answer);
          }
        },
        () => {},
      );
    };
    const changed = (now: string) => {
      first.current = now;
      told.current.onText(now);
      told.current.onCheck(null);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => check(now), QUIET_MS);
    };
    if (host.current) {
      open(host.current, first.current, lang, label, changed).then((opened) => {
        if (gone) {
          opened.destroy();
          return;
        }
        api = opened;
        check(first.current);
      });
    }
    return () => {
      gone = true;
      window.clearTimeout(timer);
      controller.abort();
      api?.destroy();
    };
  }, [lang, label]);
  return <div class="editor" ref={host} />;
}
