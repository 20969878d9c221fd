// SPDX-License-Identifier: Apache-2.0
// What the page reads from /api, by the names of docs/api/openapi.yaml, which is the contract. Amounts and sums are strings of minor units, so that
// none ever passes through a floating-point number; a field that a server may not have yet is optional, and its part of the page is then not shown.

/** A text that exists in both languages, or a plain one. */
export type Text = string | { vi?: string; en?: string };

export interface Sum {
  number: number;
  sum: string;
}

export type Role = 'viewer' | 'analyst' | 'maker' | 'checker' | 'admin';

export interface Session {
  signed_in: boolean;
  name?: string | null;
  roles?: Role[];
  csrf?: string;
  /** What this server has: the page shows nothing else. Absent: everything. */
  offers?: string[];
  totp_needed?: boolean;
}

export interface Term {
  from: string | null;
  to: string | null;
  /** In a time line null says: a gap, no law covers the time. */
  instrument: string | null;
}

export interface Duty {
  text_vi: string;
  text_en: string;
  due: string;
}

export interface PilotSummary {
  id: string;
  title: string;
  state: string;
  term: Term | null;
  synthetic: boolean;
  origin?: string;
  sequence: number;
  last_time: string | null;
  unit: string;
  decimals: number;
  next_duty: Duty | null;
}

export interface Pilot extends PilotSummary {
  charter_hash: string | null;
  layers: { layer: number; title: string; provider: string | null }[];
  territory: string | null;
  first_time: string | null;
  accounts: number;
  events: number;
  accepted: Sum;
  refused: Sum;
}

export interface Sentence {
  line: number;
  last_line: number;
  text: string;
  type: string;
  name: string | null;
  instrument: string | null;
  article: string | null;
  known_from: string | null;
  from: string | null;
  until: string | null;
  in_force: boolean;
}

export interface Instrument {
  name: string;
  title: string | null;
  signed: string | null;
  in_force: string | null;
  source: string | null;
}

export interface Diagnostic {
  line: number;
  /** From 1, in bytes of UTF-8, as is the length. */
  column: number;
  length: number;
  text_en: string;
  text_vi: string;
}

export interface Charter {
  hash: string;
  layer: number;
  title: string;
  on: string;
  text: string;
  sentences: Sentence[];
  instruments: Instrument[];
  timeline: Term[];
  warnings: Diagnostic[];
}

export interface CheckAnswer {
  ok: boolean;
  sentences: number;
  errors: Diagnostic[];
  warnings: Diagnostic[];
  more: number;
}

export interface Near {
  account: string;
  limit: string;
  used: string;
  ceiling: string;
}

export interface Refusal {
  sentence: string;
  article: string | null;
  instrument: string | null;
  number: number;
  suppressed?: boolean;
}

export interface Figures {
  sequence: number;
  time: string | null;
  events_per_s: number;
  accounts: number;
  accepted: Sum;
  refused: Sum;
  by_kind: { kind: string; accepted: number; refused: number; sum: string }[];
  refusals: Refusal[];
  near?: Near[];
}

export interface MeasureRow {
  key: string;
  label: string;
  numerator?: string | null;
  denominator?: string | null;
  /** A decimal number; null: not defined. */
  value?: string | null;
  n?: number | null;
  suppressed?: boolean;
  note?: Text | null;
}

export interface Measure {
  name: string;
  title_en: string;
  title_vi: string;
  definition_en: string;
  definition_vi: string;
  unit: string;
  window?: string | null;
  epoch?: string | null;
  rows: MeasureRow[];
}

export interface Measures {
  at?: string;
  measures: Measure[];
}

export interface Goal {
  name: string;
  /** The sentence. */
  text: string;
  line: number;
  measure?: string | null;
  figure?: string | null;
  threshold?: string | null;
  distance?: string | null;
  by_day?: string | null;
  state?: string;
  unit?: string | null;
  text_original?: string | null;
  instrument?: string | null;
  article?: string | null;
  numerator?: string | null;
  denominator?: string | null;
  note?: string | null;
  /** The sentence was changed since the pilot went live. */
  amended?: boolean;
}

export interface Goals {
  at?: string;
  /** The charter's own measures, without a goal. */
  measures?: Goal[];
  goals: Goal[];
  safeguards: Goal[];
  exposure: Goal[];
  participants: Goal[];
  invariants: Goal[];
}

export interface Tile {
  code: string;
  name: string;
  col: number;
  row: number;
  value?: string | null;
  n?: number | null;
  suppressed?: boolean;
  note?: Text | null;
}

export interface MapAnswer {
  measure: string;
  at?: string;
  unit?: string;
  tiles: Tile[];
}

export interface EventLine {
  sequence: number;
  id: string;
  time: string;
  type: string;
  kind: string | null;
  amount: string;
  result: string;
}

export interface Reason {
  rule: number;
  name: string;
  state: 'holds' | 'fails' | 'undecided' | 'asks';
  used: string;
  asked: string;
  limit: string;
  remaining: string;
  window_start: string | null;
  window_end: string | null;
  passes_at: string | null;
  instrument: string | null;
  article: string | null;
  line: number | null;
  layer: number;
  text_en: string;
  text_vi: string;
}

export interface Explanation {
  sequence: number;
  synthetic: boolean;
  event: {
    sequence: number;
    id: string;
    time: string;
    type: string;
    kind: string | null;
    amount: string;
    text: string;
    payer: string | null;
    payee: string | null;
    agent: string | null;
    other: string | null;
    account: string | null;
  };
  result: string;
  text_en: string;
  text_vi: string;
  charter_hash: string | null;
  unit: string;
  decimals: number;
  reasons: Reason[];
}

export type Mode = 'one-step' | 'whole-run';
export type Dimension = 'limit' | 'kind' | 'tier' | 'province' | 'area' | 'month';

export interface WhatIfQuestion {
  name: string;
  mode: Mode;
  sets?: string[];
  law_at?: string;
  known_at?: string;
  charter_text?: string;
  by: Dimension[];
  lang: 'vi' | 'en';
}

export interface Counted {
  number: number;
  sum_minor: string;
}

export type Difference = Record<'admitted' | 'refused' | 'cascade_gained' | 'cascade_lost', Counted>;
export type ReportGroup = Difference & Partial<Record<Dimension, string>>;

/** As `sandbank replay --json` prints it. */
export interface Report extends Difference {
  mode: string;
  synthetic: boolean;
  same_law: boolean;
  charter: string;
  law: string;
  unit: string;
  decimals: number;
  events: number;
  transfers: number;
  recorded_accepted: Counted;
  accepted: Counted;
  retries_admitted?: Counted;
  retries_repeated?: Counted;
  other_reason?: number;
  groups: ReportGroup[];
  accounts_affected?: number;
  top_accounts?: { account: string; number: number; sum_minor: string }[];
  cannot_know?: string[];
  charter_hash?: string;
  recorded_charter_hash?: string;
  state_hash?: string;
}

export interface WhatIf {
  id: string;
  pilot: string;
  name: string;
  mode: Mode;
  sets: string[];
  law_at: string | null;
  known_at: string | null;
  own_charter: boolean;
  by: string[];
  made_by: string | null;
  made_at: string;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  done: number;
  all: number;
  error?: { error: { message_en: string; message_vi: string; diagnostics?: Diagnostic[] } } | null;
  first?: Report;
  report?: Report;
}

export interface Largest {
  class: string | null;
  by: 'number' | 'value';
  accounts: { account: string; provider: string | null; tier: string | null; number: number; sum: string; balance: string }[];
}

export interface Supervision {
  sequence: number;
  time: string | null;
  unit: string;
  decimals: number;
  providers: {
    provider: string | null;
    accounts: number;
    frozen: number;
    by_class: { class: string | null; accounts: number; balance: string }[];
    balances: string;
    float: string;
    guarantee: string | null;
    covered: boolean | null;
  }[];
  largest: Largest[];
  near: Near[];
  structuring: { account: string; limit: string; ceiling: string; number: number; sum: string; last_time: string }[];
}

export type Sides = 'in' | 'out' | 'both' | 'none';

export interface Freeze {
  id: number;
  account: string;
  sides: Sides;
  reason: string;
  state: 'pending' | 'approved' | 'rejected' | 'withdrawn';
  made_by: string;
  made_at: string;
  decided_by: string | null;
  decided_at: string | null;
  sequence: number | null;
  result: string | null;
}

export interface LogEntry {
  number: number;
  time: string;
  person: string | null;
  action: string;
  about: string;
  result: string;
}

export interface PublicPilot {
  id: string;
  title: string;
  state: string;
  term: Term | null;
  synthetic: boolean;
  unit: string;
  decimals: number;
  as_of: string | null;
  events: number;
  accounts: { number?: number; suppressed?: boolean };
  accepted: Partial<Sum> & { suppressed?: boolean };
  refused: Partial<Sum> & { suppressed?: boolean };
  refusals: Refusal[];
  goals?: Goal[];
  measures?: Measure[];
}
