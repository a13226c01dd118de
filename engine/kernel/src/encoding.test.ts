import { expect, test } from 'vitest';
import { decodeBase64, decodeHex, encodeBase64 } from './encoding.ts';
import { parseTimestamp } from './time.ts';

test.each(['aGk', 'aGk=\n', 'aGl=', 'a-_=', ' aGk=', 'aGk=='])(
  'base64 that is not the one text of its bytes is refused: %j',
  (text) => {
    expect(() => decodeBase64(text, 'signature')).toThrow(expect.objectContaining({ code: 'ENCODING_INVALID' }));
  },
);

test('base64 and hex come back', () => {
  expect(decodeBase64(encodeBase64(Buffer.from('hi')), 'x').toString()).toBe('hi');
  expect(decodeHex('00ff', 'x')).toEqual(Buffer.from([0, 255]));
  expect(() => decodeHex('0F', 'x')).toThrow();
});

test.each([
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
  ['2026-01-02t03:04:05.1239999z', '2026-01-02T03:04:05.123Z'],
  ['2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05.000Z'],
])('%s is %s', (text, utc) => expect(parseTimestamp(text)).toBe(utc));

test.each(['2026-02-30T00:00:00Z', '2026-01-02', '2026-01-02T25:00:00Z', 'now', ''])('%j is no time', (text) => {
  expect(() => parseTimestamp(text)).toThrow(expect.objectContaining({ code: 'ENCODING_INVALID' }));
});
