import { describe, expect, it } from 'vitest';
import { isSlug } from '../../common/slug.ts';
import { isRepository, isVersion, utcTime, wholeNumber } from './fields.ts';

describe('what is typed into fields', () => {
  it.each([
    ['2026-12-24 12:00', '2026-12-24T12:00:00.000Z'],
    ['2026-12-24T12:00:05Z', '2026-12-24T12:00:05.000Z'],
    [' 2026-12-24 12:00 UTC ', '2026-12-24T12:00:00.000Z'],
    ['2026-02-31 12:00', undefined],
    ['2026-12-24 25:00', undefined],
    ['2026-12-24 12:00+02:00', undefined],
    ['tomorrow', undefined],
    ['', undefined],
  ])('reads the time %j as %s', (text, time) => {
    expect(utcTime(text)).toBe(time);
  });

  it('takes whole numbers within their limits only', () => {
    expect(wholeNumber('10', 0, 10)).toBe(10);
    for (const text of ['11', '-1', '1.5', '1e1', '', 'ten']) expect(wholeNumber(text, 0, 10)).toBeUndefined();
  });

  it('knows names, versions and repositories as the server does', () => {
    expect([isSlug('web-2'), isSlug('Web'), isSlug('-web'), isSlug('')]).toEqual([true, false, false, false]);
    expect([isVersion('1.2.0'), isVersion('1.2.0-rc.1'), isVersion('1.2'), isVersion('v1.2.0')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([
      isRepository('registry.example:5000/shop/web'),
      isRepository('web'),
      isRepository('r.example/web:1'),
    ]).toEqual([true, false, false]);
  });
});
