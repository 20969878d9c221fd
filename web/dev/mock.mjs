// SPDX-License-Identifier: Apache-2.0
// A stand-in for `sandbank serve`, for work on the page alone: `node dev/mock.mjs [FOLDER] [PORT]` serves the built page and made-up answers of the
// shapes in docs/api/openapi.yaml, under the same content policy. Nothing of it is in the bundle, and no test believes it.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, '../../build/web');
const port = Number(process.argv[3] ?? 8399);
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const text = readFileSync(join(here, '../../charters/vn/mobile-money.charter'), 'utf8');

// ---------------------------------------------------------------- the law, read roughly: one sentence begins in the first column

function sentences(on) {
  const lines = text.split('\n');
  const found = [];
  lines.forEach((line, i) => {
    if (/^[a-z]/.test(line)) {
      found.push({ line: i + 1, last_line: i + 1, text: line });
    } else if (/^\s+\S/.test(line) && found.length > 0) {
      const last = found[found.length - 1];
      last.last_line = i + 1;
      last.text += `\n${line}`;
    }
  });
  return found.map((s) => {
    const type = /^after the end/.test(s.text) ? 'after-end' : /^[a-z]+/.exec(s.text)[0];
    const from = / from (\d{4}-\d\d-\d\d)/.exec(s.text)?.[1] ?? /runs (\S+)/.exec(s.text)?.[1] ?? null;
    const until = /(?:until|to) (\d{4}-\d\d-\d\d)/.exec(s.text)?.[1] ?? null;
    return {
      ...s,
      type,
      name: /^(?:limit|kind|measure|instrument)\s+([\w-]+)/.exec(s.text)?.[1] ?? null,
      instrument: / by (\w+)/.exec(s.text)?.[1] ?? (type === 'note' ? s.text.split(' ')[1] : null),
      article: / by \w+ "([^"]*)"/.exec(s.text)?.[1] ?? null,
      known_from: null,
      from,
      until,
      in_force: (!from || from <= on) && (!until || on <= until),
    };
  });
}

const instruments = () =>
  sentences('2026-01-15')
    .filter((s) => s.type === 'instrument')
    .map((s) => ({
      name: s.name,
      title: /"([^"]*)"/.exec(s.text)?.[1] ?? null,
      signed: /signed (\S+)/.exec(s.text)?.[1] ?? null,
      in_force: /in force (\S+)/.exec(s.text)?.[1] ?? null,
      source: /source "([^"]*)"/.exec(s.text)?.[1] ?? null,
    }));

// ---------------------------------------------------------------- places

const places =
  `12 0 0 Lai Châu|15 1 0 Lào Cai|08 2 0 Tuyên Quang|04 3 0 Cao Bằng|11 0 1 Điện Biên|14 1 1 Sơn La|25 2 1 Phú Thọ|19 3 1 Thái Nguyên|20 4 1 Lạng Sơn|01 2 2 *Hà Nội|24 3 2 Bắc Ninh|31 4 2 *Hải Phòng|22 5 2 Quảng Ninh|37 2 3 Ninh Bình|33 3 3 Hưng Yên|38 2 4 Thanh Hóa|40 2 5 Nghệ An|42 2 6 Hà Tĩnh|44 3 7 Quảng Trị|46 3 8 *Huế|48 4 8 *Đà Nẵng|51 4 9 Quảng Ngãi|52 4 10 Gia Lai|66 4 11 Đắk Lắk|80 2 12 Tây Ninh|75 3 12 Đồng Nai|68 4 12 Lâm Đồng|56 5 12 Khánh Hòa|91 1 13 An Giang|82 2 13 Đồng Tháp|79 3 13 *Hồ Chí Minh|92 1 14 *Cần Thơ|86 2 14 Vĩnh Long|96 1 15 Cà Mau`
    .split('|')
    .map((row) => {
      const [code, col, rowNumber, ...name] = row.split(' ');
      const full = name.join(' ');
      return {
        code,
        col: Number(col),
        row: Number(rowNumber),
        name: full[0] === '*' ? `Thành phố ${full.slice(1)}` : `Tỉnh ${full}`,
      };
    });
const roll = (seed) => (Math.imul(seed + 11, 2654435761) >>> 0) / 2 ** 32;
const measure = (name, title_en, title_vi, unit, rural, urban) => ({
  name,
  title_en,
  title_vi,
  definition_en: `${title_en}, counted from the journal`,
  definition_vi: `${title_vi}, tính từ sổ ghi`,
  unit,
  window: '30 days',
  epoch: '2025-07-01',
  rows: [
    { key: 'rural', label: '', numerator: '18243', denominator: '75002', value: rural, n: 75002, suppressed: false },
    { key: 'urban', label: '', numerator: '8020', denominator: '33898', value: urban, n: 33898, suppressed: false },
  ],
});
const measures = [
  measure('active', 'Active accounts', 'Tài khoản hoạt động', 'share', '0.2432', '0.2366'),
  measure('sum', 'Sum of transfers', 'Tổng tiền giao dịch', 'money', '4037086000', '1801224000'),
  measure('refused', 'Refused attempts', 'Lần bị từ chối', 'count', '1244', '522'),
];

// ---------------------------------------------------------------- pilots, people, what-ifs

const id = () => randomBytes(16).toString('hex');
const account = id();
let sequence = 378413;
const pilot = () => ({
  id: 'vn',
  title: 'Mobile-Money, Viet Nam',
  state: 'live',
  term: { from: '2025-01-01', to: '2025-12-31', instrument: 'R87' },
  synthetic: true,
  origin: 'synthetic Viet Nam 1:100',
  sequence,
  last_time: '2025-10-31T23:59:58+07:00',
  unit: 'VND',
  decimals: 0,
  next_duty: { text_en: 'the term of the pilot ends', text_vi: 'hết thời hạn thí điểm', due: '2025-12-31' },
  charter_hash: '8a81756e1fb2775294674ece30330c3df31c9db355b9994f0a9eb47b2b3d99c9',
  layers: [{ layer: 0, title: 'Mobile-Money, Viet Nam', provider: null }],
  territory: 'vn',
  first_time: '2025-09-01T00:00:00+07:00',
  accounts: 108900,
  events: sequence,
  accepted: { number: 260652, sum: '8380992350' },
  refused: { number: 1772, sum: '149073000' },
});
const near = [97, 92, 88].map((share) => ({ account: id(), limit: 'month', used: String(share * 100000), ceiling: '10000000' }));
const figures = () => {
  sequence += 30 + Math.floor(Math.random() * 20);
  return {
    sequence,
    time: '2025-10-31T23:59:58+07:00',
    events_per_s: 30 + Math.floor(Math.random() * 20),
    accounts: 108900,
    accepted: { number: 260652 + sequence - 378413, sum: '8380992350' },
    refused: { number: 1772, sum: '149073000' },
    by_kind: [
      { kind: 'payment', accepted: 84983, refused: 292, sum: '792907000' },
      { kind: 'cash-out', accepted: 84781, refused: 251, sum: '1670283000' },
      { kind: 'cash-in', accepted: 47076, refused: 680, sum: '3031140000' },
      { kind: 'float', accepted: 24261, refused: 0, sum: '2526301350' },
      { kind: 'transfer', accepted: 19551, refused: 549, sum: '360361000' },
    ],
    refusals: [
      { sentence: 'require', article: 'I.2', instrument: 'D316', number: 669 },
      { sentence: 'forbid', article: 'III', instrument: 'D316', number: 479 },
      { sentence: 'month', article: 'III', instrument: 'D316', number: 325 },
      { sentence: 'frozen', article: null, instrument: null, number: 160 },
    ],
    near,
  };
};
const goal = (name, line, more) => ({ name, text: `goal ${name}`, line, measure: name, ...more });
const goals = {
  goals: [
    goal('rural-share', 66, { figure: '0.692', threshold: '0.75', distance: '0.058', by_day: '2025-12-31', state: 'open' }),
  ],
  safeguards: [
    goal('refused-share', 67, { figure: '0.0068', threshold: '0.2', distance: '0.1932', by_day: null, state: 'holds' }),
  ],
  exposure: [],
  participants: [goal('', 68, { figure: '96508', threshold: '100000', distance: '3492', by_day: null, state: 'holds' })],
  invariants: [],
};
const groups = places.flatMap((p, i) =>
  ['payment', 'cash-out', 'transfer'].map((kind, k) => ({
    limit: 'month',
    kind,
    tier: i % 3 ? 'basic' : 'full',
    province: p.name,
    area: (i + k) % 3 ? 'rural' : 'urban',
    month: k ? '2025-10' : '2025-09',
    admitted: { number: Math.floor(roll(i) * 3), sum_minor: String(Math.floor(roll(i) * 9) * 10000) },
    refused: { number: Math.floor(roll(i * 3 + k) * 60), sum_minor: String(Math.floor(roll(i * 3 + k) * 9000) * 1000) },
    cascade_gained: { number: 0, sum_minor: '0' },
    cascade_lost: { number: Math.floor(roll(i * 5 + k) * 40), sum_minor: String(Math.floor(roll(i * 5 + k) * 4000) * 1000) },
  })),
);
const add = (name) => ({
  number: groups.reduce((a, g) => a + g[name].number, 0),
  sum_minor: String(groups.reduce((a, g) => a + BigInt(g[name].sum_minor), 0n)),
});
const report = (w) => ({
  mode: w.mode,
  synthetic: true,
  same_law: false,
  charter: 'Mobile-Money, Viet Nam',
  law: w.sets.join(' '),
  unit: 'VND',
  decimals: 0,
  events: 378413,
  transfers: 262424,
  recorded_accepted: { number: 260652, sum_minor: '8380992350' },
  accepted: { number: 255440, sum_minor: '7777966350' },
  admitted: add('admitted'),
  refused: add('refused'),
  cascade_gained: add('cascade_gained'),
  cascade_lost: add('cascade_lost'),
  groups,
  accounts_affected: 1301,
  top_accounts: near.map((n) => ({ account: n.account, number: 93, sum_minor: n.used })),
  cannot_know: ['people behave otherwise under another law: what they would have done is not in the record'],
  charter_hash: pilot().charter_hash,
  recorded_charter_hash: pilot().charter_hash,
  state_hash: '2dd73a48ab613bf811091ad989f0c6ec7ff8934ae8d910a50e6b449dda3528e2',
});
const whatifs = new Map();
const freezes = [];
const log = [];
const signedIn = new Map();
/** Who asks now, by the cookie. */
let person = null;
const write = (action, about) =>
  log.unshift({ number: log.length + 1, time: '2026-01-15T03:00:00Z', person, action, about, result: 'done' });

const supervision = () => ({
  sequence,
  time: pilot().last_time,
  unit: 'VND',
  decimals: 0,
  providers: ['viettel', 'vnpt', 'mobifone'].map((provider, i) => ({
    provider,
    accounts: 36300 - i * 900,
    frozen: 30 + i,
    by_class: [{ class: 'subscriber', accounts: 36000, balance: '123456789' }],
    balances: String(456789000 - i * 12345000),
    float: '25000000',
    guarantee: i === 2 ? null : String(480000000 + i * 90000000),
    covered: i === 2 ? null : i === 1,
  })),
  largest: ['subscriber', 'merchant', 'agent'].flatMap((c) =>
    ['value', 'number'].map((by) => ({
      class: c,
      by,
      accounts: near.map((n, i) => ({
        account: n.account,
        provider: 'vnpt',
        tier: 'basic',
        number: 93 - i,
        sum: n.used,
        balance: '120000',
      })),
    })),
  ),
  near,
  structuring: [{ account, limit: 'month', ceiling: '10000000', number: 4, sum: '9600000', last_time: pilot().last_time }],
});
const session = () => ({
  signed_in: person !== null,
  name: person,
  roles: person ? ['viewer', 'analyst', 'maker', 'checker'] : ['viewer', 'analyst'],
  csrf: 'mock',
  offers: ['charter', 'live', 'events', 'measures', 'goals', 'map', 'whatifs', 'supervision', 'freezes', 'log', 'public'],
  totp_needed: false,
  ends: null,
});
const explanation = {
  sequence: 147481,
  synthetic: true,
  event: {
    sequence: 147481,
    id: account,
    time: '2025-09-04T10:21:04+07:00',
    type: 'transfer',
    kind: 'payment',
    amount: '70000',
    text: '2025-09-04T10:21:04 payment 70 000 from a to b',
    payer: near[0].account,
    payee: near[1].account,
    agent: null,
    other: null,
    account: null,
  },
  result: 'refused',
  text_en: 'the charter refuses it',
  text_vi: 'điều lệ không cho phép',
  chain_sequence: 147481,
  charter_hash: pilot().charter_hash,
  unit: 'VND',
  decimals: 0,
  reasons: [
    {
      rule: 2,
      name: 'forbid',
      state: 'holds',
      used: '0',
      asked: '70000',
      limit: '0',
      remaining: '0',
      window_start: null,
      window_end: null,
      passes_at: null,
      instrument: 'D316',
      article: 'I.3',
      line: 60,
      layer: 0,
      text_en: 'Passes: not forbidden',
      text_vi: 'Đạt: không bị cấm',
    },
    {
      rule: 5,
      name: 'month',
      state: 'fails',
      used: '9960000',
      asked: '70000',
      limit: '10000000',
      remaining: '40000',
      window_start: '2025-09-01T00:00:00+07:00',
      window_end: '2025-10-01T00:00:00+07:00',
      passes_at: '2025-10-01T00:00:00+07:00',
      instrument: 'D316',
      article: 'III',
      line: 64,
      layer: 0,
      text_en: 'Refused: over the month’s limit',
      text_vi: 'Từ chối: vượt hạn mức tháng',
    },
  ],
};

// ---------------------------------------------------------------- the server

const stream = (response, event, make, every, end) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const tell = () => {
    const data = make();
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (end(data)) {
      clearInterval(timer);
      response.end();
    }
  };
  const timer = setInterval(tell, every);
  response.on('close', () => clearInterval(timer));
  tell();
};
const progress = (w) => {
  const done = Math.min(100, Math.floor((Date.now() - w.started) / 25));
  if (w.state === 'running' && done === 100) {
    w.state = 'done';
    w.report = report(w);
  }
  return {
    ...w,
    done: w.state === 'done' ? 100 : done,
    all: 100,
    first: w.state === 'running' && done > 20 ? report(w) : undefined,
  };
};

function api(method, path, query, body, response) {
  const answer = (value, status = 200) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(value === null ? '' : JSON.stringify(value));
  };
  const error = (status, code) => answer({ error: { code, message_en: code, message_vi: code, where: null } }, status);
  const parts = path.split('/').slice(2);
  if (parts[0] === 'session') {
    if (method === 'POST') {
      if (body.password !== 'secret') {
        return error(401, 'sign-in-failed');
      }
      if (body.name !== 'x' && body.totp === undefined) {
        return answer({ ...session(), signed_in: false, totp_needed: true });
      }
      person = body.name;
      write('sign-in', '');
    } else if (method === 'DELETE') {
      person = null;
    }
    return answer(session());
  }
  if (path === '/api/charter/check') {
    const lines = body.text.split('\n');
    const errors = lines.flatMap((line, i) => {
      const word = /^alow\b/.exec(line);
      return word
        ? [
            {
              line: i + 1,
              column: 1,
              length: 4,
              text_en: `a sentence cannot begin with 'alow'; did you mean 'allow'?`,
              text_vi: `không câu nào mở đầu bằng 'alow'; có phải 'allow' không?`,
            },
          ]
        : [];
    });
    return answer({ ok: errors.length === 0, sentences: 70, errors, warnings: [], more: 0 });
  }
  if (path === '/api/pilots') {
    return answer({ pilots: [pilot()], next: null });
  }
  if (parts[0] === 'public') {
    const p = pilot();
    return answer({
      ...p,
      as_of: '2025-10-31',
      accounts: { number: p.accounts },
      refusals: [...figures().refusals, { sentence: 'forbid', article: 'I.3', instrument: 'D316', suppressed: true }],
    });
  }
  if (parts[0] !== 'pilots' || parts[1] !== 'vn') {
    return error(404, 'not-found');
  }
  switch (parts[2]) {
    case undefined:
      return answer(pilot());
    case 'charter': {
      const on = query.get('on') ?? '2025-10-31';
      return answer({
        hash: pilot().charter_hash,
        layer: 0,
        title: pilot().title,
        on,
        text,
        sentences: sentences(on),
        instruments: instruments(),
        timeline: [
          { from: '2021-11-18', to: '2023-11-18', instrument: 'D1820' },
          { from: '2023-11-19', to: '2024-12-31', instrument: 'R192' },
          { from: '2025-01-01', to: '2025-04-14', instrument: null },
          { from: '2025-04-15', to: '2025-12-31', instrument: 'R87' },
          { from: '2026-01-01', to: null, instrument: 'N368' },
        ],
        warnings: [
          {
            line: 14,
            column: 6,
            length: 7,
            text_en: `no limit touches 'cash-in'`,
            text_vi: `không hạn mức nào tính đến 'cash-in'`,
          },
        ],
      });
    }
    case 'live':
      return stream(response, 'figures', figures, 1000, () => false);
    case 'measures':
      return answer({ at: '2025-10-31', measures });
    case 'goals':
      return answer(goals);
    case 'map': {
      const m = measures.find((row) => row.name === query.get('measure')) ?? measures[0];
      const factor = { share: 0.4, money: 9e8, count: 250 }[m.unit];
      const note = { 48: 'gồm quần đảo Hoàng Sa, do Đà Nẵng quản lý', 56: 'gồm quần đảo Trường Sa, do Khánh Hoà quản lý' };
      return answer({
        measure: m.name,
        at: '2025-10-31',
        tiles: places.map((p, i) => ({
          ...p,
          value: m.unit === 'share' ? (roll(i) * factor).toFixed(4) : String(Math.floor(roll(i) * factor)),
          n: Math.floor(roll(i) * 9000),
          suppressed: i === 0,
          note: note[p.code] ?? null,
        })),
      });
    }
    case 'events':
      return parts[3]
        ? answer(explanation)
        : answer({
            events: [
              {
                sequence: 147481,
                id: account,
                time: explanation.event.time,
                type: 'transfer',
                kind: 'payment',
                amount: '70000',
                result: 'refused',
              },
            ],
            next: null,
          });
    case 'supervision':
      return answer(supervision());
    case 'log':
      return answer({ entries: log, next: null });
    case 'freezes':
      if (method === 'GET') {
        return answer({ freezes, next: null });
      }
      if (parts[3]) {
        const f = freezes.find((row) => row.id === Number(parts[3]));
        f.state = parts[4] === 'approve' ? 'approved' : f.made_by === person ? 'withdrawn' : 'rejected';
        f.decided_by = person;
        f.decided_at = '2026-01-15T10:00:00+07:00';
        return answer(f);
      }
      freezes.unshift({
        id: freezes.length + 1,
        ...body,
        state: 'pending',
        made_by: person,
        made_at: '2026-01-15T10:00:00+07:00',
        decided_by: null,
        decided_at: null,
        sequence: null,
        result: null,
      });
      return answer(freezes[0], 201);
    case 'whatifs': {
      if (!parts[3] && method === 'GET') {
        return answer({
          whatifs: [...whatifs.values()].map(progress).map((w) => ({ ...w, report: undefined, first: undefined })),
          next: null,
        });
      }
      if (!parts[3]) {
        const w = {
          id: id(),
          pilot: 'vn',
          name: body.name,
          mode: body.mode,
          sets: body.sets ?? [],
          law_at: body.law_at ?? null,
          known_at: body.known_at ?? null,
          own_charter: Boolean(body.charter_text),
          by: body.by,
          made_by: person,
          made_at: '2026-01-15T10:00:00+07:00',
          link: '',
          state: 'running',
          started: Date.now(),
        };
        whatifs.set(w.id, w);
        return answer(progress(w), 202);
      }
      const w = whatifs.get(parts[3]);
      if (!w) {
        return error(404, 'not-found');
      }
      if (method === 'DELETE') {
        if (w.state === 'running') {
          w.state = 'cancelled';
        } else {
          whatifs.delete(w.id);
        }
        response.writeHead(204);
        return response.end();
      }
      return parts[4] === 'live'
        ? stream(
            response,
            'whatif',
            () => progress(w),
            400,
            (data) => data.state !== 'running',
          )
        : answer(progress(w));
    }
    default:
      return error(404, 'not-found');
  }
}

createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  response.setHeader(
    'Content-Security-Policy',
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  );
  if (url.pathname.startsWith('/api/')) {
    let text = '';
    for await (const piece of request) {
      text += piece;
    }
    const cookie = /mock=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? id();
    response.setHeader('Set-Cookie', `mock=${cookie}; HttpOnly; SameSite=Strict`);
    person = signedIn.get(cookie) ?? null;
    api(request.method, url.pathname, url.searchParams, text ? JSON.parse(text) : {}, response);
    signedIn.set(cookie, person);
    return undefined;
  }
  const file = join(folder, url.pathname === '/' ? 'index.html' : url.pathname.replace(/\.\./g, ''));
  if (!existsSync(file)) {
    response.writeHead(404);
    return response.end();
  }
  response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
  return response.end(readFileSync(file));
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
