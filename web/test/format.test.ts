// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  amount,
  day,
  fraction,
  instant,
  money,
  month,
  number,
  parseAmount,
  percent,
  shortId,
  shortMoney,
  tinyMoney,
} from '../src/format.ts';

// An amount is never a floating-point number: the greatest one keeps its last digit.
test('amounts keep every digit', () => {
  assert.equal(amount('9223372036854775807', 0, 'en'), '9,223,372,036,854,775,807');
  assert.equal(amount('9223372036854775807', 2, 'vi'), '92.233.720.368.547.758,07');
  assert.equal(amount('-5', 2, 'en'), '−0.05');
  assert.equal(amount('0', 0, 'vi'), '0');
});

test('money carries its unit', () => {
  assert.equal(money('10000000', 'VND', 0, 'vi'), '10.000.000 ₫');
  assert.equal(money('1250', 'GBP', 2, 'en'), '12.50 GBP');
});

test('large sums are cut, not rounded up', () => {
  assert.equal(shortMoney('8380992350', 'VND', 0, 'en'), '8.38 bn ₫');
  assert.equal(shortMoney('999999999', 'VND', 0, 'vi'), '999 triệu ₫');
  assert.equal(shortMoney('999999', 'VND', 0, 'en'), '999,999 ₫');
  assert.equal(shortMoney('-386370000', 'VND', 0, 'vi'), '−386 triệu ₫');
});

test('a sum in a tile', () => {
  assert.equal(tinyMoney('-357999', 0, 'en'), '−357 k');
  assert.equal(tinyMoney('-357999', 0, 'vi'), '−357 nghìn');
  assert.equal(tinyMoney('9999', 0, 'vi'), '9,9 nghìn');
  assert.equal(tinyMoney('194000000', 0, 'vi'), '194 triệu');
  assert.equal(tinyMoney('999', 0, 'en'), '999');
});

test('days and instants are those of the text, not of this machine', () => {
  assert.equal(day('2026-01-15', 'vi'), '15/01/2026');
  assert.equal(day('2026-01-15T00:00:00+07:00', 'en'), '15 Jan 2026');
  assert.equal(instant('2025-09-04T10:21:04.448000+07:00', 'vi'), '04/09/2025 10:21:04');
  assert.equal(day('soon', 'en'), 'soon');
  assert.equal(day(null, 'en'), '');
  assert.equal(month('2025-10', 'vi'), 'tháng 10/2025');
  assert.equal(month('2025-10', 'en'), 'Oct 2025');
});

test('what is typed is read by the language that it is typed in', () => {
  assert.equal(parseAmount('1.000.000', 0, 'vi'), '1000000');
  assert.equal(parseAmount('1,000,000', 0, 'en'), '1000000');
  assert.equal(parseAmount('1 000 000', 0, 'en'), '1000000');
  assert.equal(parseAmount('12,5', 2, 'vi'), '1250');
  assert.equal(parseAmount('12.50', 2, 'en'), '1250');
  // One point too many or too few must not turn a thousand into one.
  for (const bad of ['', 'x', '-1', '1.00.000', '1,5', '1.5.5', '12,505', '1e6', '9999999999999999999999']) {
    assert.equal(parseAmount(bad, 0, 'vi'), null, bad);
  }
});

test('shares', () => {
  assert.equal(percent(0.6923, 'vi'), '69,2 %');
  assert.equal(fraction('9960000', '10000000'), 0.996);
  assert.equal(fraction('5', '0'), 0);
  assert.equal(fraction('11', '10'), 1);
  assert.equal(number('12345', 'vi'), '12.345');
  assert.equal(shortId('0f1e2d3c4b5a69788796a5b4c3d2e1f0'), '0f1e2d3c…e1f0');
});
