// SPDX-License-Identifier: Apache-2.0
// The six digits of RFC 6238 (SHA-1, 30 seconds) of a secret in base 32, as an authenticator shows them.
import { createHmac } from 'node:crypto';

export function totp(secret, now = Date.now()) {
  let bits = '';
  for (const letter of secret.replace(/[= ]/g, '').toUpperCase()) {
    bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0');
  }
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? []);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30000)));
  const hash = createHmac('sha1', key).update(counter).digest();
  const at = (hash[19] ?? 0) & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
