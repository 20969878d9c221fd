// SPDX-License-Identifier: Apache-2.0
// Numbers, amounts and instants as people of one language read them. Amounts stay integers (BigInt) from the wire to the screen. Instants are
// shown by the pilot's own clock, which their text carries: never by the clock of the machine on which the page happens to be open.

export type Lang = 'vi' | 'en';

const locale = (lang: Lang) => (lang === 'vi' ? 'vi-VN' : 'en-GB');

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(lang: Lang, digits: number): Intl.NumberFormat {
  const key = `${lang}${digits}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale(lang), { maximumFractionDigits: digits, minimumFractionDigits: 0 });
    formatters.set(key, found);
  }
  return found;
}

/** A count, or a number with at most `digits` decimals. */
export function number(value: number | bigint | string, lang: Lang, digits = 0): string {
  return plainNumber(value, lang, digits).replace('-', '−');
}

function plainNumber(value: number | bigint | string, lang: Lang, digits: number): string {
  if (typeof value === 'string') {
    return /^-?\d+$/.test(value) ? formatter(lang, digits).format(BigInt(value)) : formatter(lang, digits).format(Number(value));
  }
  return formatter(lang, digits).format(value);
}

/** A sum of minor units. Zero decimals are left out, others are always all shown. */
export function amount(minor: string | number | bigint, decimals: number, lang: Lang): string {
  const value = BigInt(minor);
  const negative = value < 0n;
  const base = 10n ** BigInt(decimals);
  const positive = negative ? -value : value;
  let text = formatter(lang, 0).format(positive / base);
  if (decimals > 0) {
    text += (lang === 'vi' ? ',' : '.') + (positive % base).toString().padStart(decimals, '0');
  }
  return (negative ? '−' : '') + text;
}

/** The unit as it is written behind an amount. */
export function unitSign(unit: string): string {
  return unit === 'VND' ? '₫' : unit;
}

export function money(minor: string | number | bigint, unit: string, decimals: number, lang: Lang): string {
  return `${amount(minor, decimals, lang)} ${unitSign(unit)}`;
}

/** Large sums in words of thousands: "291 tỷ ₫", "291 bn ₫". Three significant digits, cut, not rounded up past what is there. */
export function shortMoney(minor: string | number | bigint, unit: string, decimals: number, lang: Lang): string {
  const whole = BigInt(minor) / 10n ** BigInt(decimals);
  const steps: [bigint, string, string][] = [
    [1_000_000_000_000n, 'nghìn tỷ', 'tn'],
    [1_000_000_000n, 'tỷ', 'bn'],
    [1_000_000n, 'triệu', 'm'],
  ];
  const size = whole < 0n ? -whole : whole;
  for (const [step, vi, en] of steps) {
    if (size >= step) {
      const digits = size >= 100n * step ? 0 : size >= 10n * step ? 1 : 2;
      const cut = Number((whole * 10n ** BigInt(digits)) / step) / 10 ** digits;
      return `${number(cut, lang, digits)} ${lang === 'vi' ? vi : en} ${unitSign(unit)}`;
    }
  }
  return money(minor, unit, decimals, lang);
}

/** A sum for a place as small as a tile of the map: three digits, thousands too, and no unit; the table beside has it whole. */
export function tinyMoney(minor: string | number | bigint, decimals: number, lang: Lang): string {
  const whole = BigInt(minor) / 10n ** BigInt(decimals);
  const size = whole < 0n ? -whole : whole;
  if (size >= 1000n && size < 1_000_000n) {
    const digits = size >= 10_000n ? 0 : 1;
    return `${number(Number((whole * 10n ** BigInt(digits)) / 1000n) / 10 ** digits, lang, digits)}${lang === 'vi' ? ' nghìn' : ' k'}`;
  }
  return shortMoney(minor, '', decimals, lang).trim();
}

export function percent(share: number, lang: Lang, digits = 1): string {
  return `${number(share * 100, lang, digits)} %`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "2026-01-15..." as 15/01/2026 or 15 Jan 2026; what is not a day is returned as it came. */
export function day(text: string | null | undefined, lang: Lang): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text ?? '');
  if (!match) {
    return text ?? '';
  }
  const [, y, m, d] = match as unknown as [string, string, string, string];
  return lang === 'vi' ? `${d}/${m}/${y}` : `${Number(d)} ${months[Number(m) - 1] ?? m} ${y}`;
}

/** A day with its time to the second, by the clock that the text carries. */
export function instant(text: string | null | undefined, lang: Lang): string {
  const match = /T(\d{2}:\d{2}(?::\d{2})?)/.exec(text ?? '');
  return match ? `${day(text, lang)} ${match[1]}` : day(text, lang);
}

export function month(text: string, lang: Lang): string {
  const match = /^(\d{4})-(\d{2})$/.exec(text);
  if (!match) {
    return text;
  }
  return lang === 'vi' ? `tháng ${Number(match[2])}/${match[1]}` : `${months[Number(match[2]) - 1] ?? match[2]} ${match[1]}`;
}

/** What a person types as an amount: digits, grouped as they like, with the language's decimal sign. null: not an amount. */
export function parseAmount(text: string, decimals: number, lang: Lang): string | null {
  const plain = text.trim().replace(/[\s  ]/g, '');
  const sign = lang === 'vi' ? ',' : '.';
  const group = lang === 'vi' ? '.' : ',';
  const [whole, fraction, more] = plain.split(sign) as [string, string?, string?];
  const groups = whole.split(group);
  const grouped = groups.length === 1 || (groups[0] !== '' && groups.slice(1).every((part) => part.length === 3));
  const digits = groups.join('');
  if (
    more !== undefined ||
    !grouped ||
    !/^\d{1,18}$/.test(digits) ||
    !/^\d*$/.test(fraction ?? '') ||
    (fraction ?? '').length > decimals
  ) {
    return null;
  }
  return BigInt(digits + (fraction ?? '').padEnd(decimals, '0')).toString();
}

/** Where a value lies between 0 and the whole, for a bar: 0 to 1. Integers of any size. */
export function fraction(part: string | number | bigint, whole: string | number | bigint): number {
  const denominator = BigInt(whole);
  if (denominator <= 0n) {
    return 0;
  }
  const thousandths = Number((BigInt(part) * 1000n) / denominator);
  return Math.min(1, Math.max(0, thousandths / 1000));
}

/** An id of 32 hex digits, short enough for a table; the whole one is its title. */
export function shortId(id: string): string {
  return id.length === 32 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}
