import { expect, test } from 'vitest';
import { timestampText } from './value-types.ts';

test('a time keeps every digit it has, and at least milliseconds', () => {
  expect(timestampText('2026-01-02 03:04:05+00')).toBe('2026-01-02T03:04:05.000Z');
  expect(timestampText('2026-01-02 03:04:05.6+00')).toBe('2026-01-02T03:04:05.600Z');
  expect(timestampText('2026-01-02 03:04:05.678901+00')).toBe('2026-01-02T03:04:05.678901Z');
  expect(timestampText('2026-01-02 03:04:05')).toBe('2026-01-02T03:04:05.000Z');
});

test('what RFC 3339 cannot write stays as PostgreSQL writes it', () => {
  for (const text of ['infinity', '-infinity', '0044-03-15 00:00:00+00 BC', '2026-01-02 03:04:05+01']) {
    expect(timestampText(text)).toBe(text);
  }
});
