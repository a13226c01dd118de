import { digestOf } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { OCI_MANIFEST } from './media-types.ts';
import { choosePlatform, formatPlatform, isPlatform, parsePlatform } from './platform.ts';
import type { Descriptor } from './types.ts';

const entry = (text: string | undefined, annotations?: Record<string, string>): Descriptor => ({
  mediaType: OCI_MANIFEST,
  digest: digestOf(text ?? 'none'),
  size: 1,
  ...(text === undefined ? {} : { platform: parsePlatform(text) }),
  ...(annotations === undefined ? {} : { annotations }),
});
const choose = (entries: (string | undefined)[], wanted?: string) => {
  const chosen = choosePlatform(
    entries.map((one) => entry(one)),
    wanted === undefined ? undefined : parsePlatform(wanted),
    'index',
  );
  return chosen.platform === undefined ? undefined : formatPlatform(chosen.platform);
};

describe('platform', () => {
  test.each([
    ['linux/amd64', 'linux/amd64'],
    ['Linux/x86_64', 'linux/amd64'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm/v7', 'linux/arm/v7'],
  ])('%s reads as %s', (text, read) => {
    expect(formatPlatform(parsePlatform(text))).toBe(read);
  });

  test.each(['', 'linux', 'linux/', '/amd64', 'a/b/c/d', 'linux/amd 64', '__proto__/\0'])('refuses %j', (text) => {
    expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'OCI_PLATFORM_INVALID' }));
  });

  test.each([
    [['linux/arm64'], undefined, 'linux/arm64'],
    [['linux/arm64', 'linux/amd64'], undefined, 'linux/amd64'],
    [['linux/arm64', 'linux/amd64'], 'linux/arm64', 'linux/arm64'],
    [['linux/arm/v6', 'linux/arm/v7'], 'linux/arm', 'linux/arm/v7'],
    [['linux/arm/v6', 'linux/arm/v7'], 'linux/arm/v6', 'linux/arm/v6'],
    [['linux/arm64/v8'], 'linux/arm64', 'linux/arm64/v8'],
    [['linux/arm64'], 'linux/arm64/v8', 'linux/arm64'],
    [['linux/arm64/v9', 'linux/arm64/v8'], 'linux/arm64', 'linux/arm64/v8'],
    [['linux/amd64', 'unknown/unknown'], undefined, 'linux/amd64'],
    [['unknown/unknown', 'linux/s390x'], undefined, 'linux/s390x'],
    [[undefined], 'linux/arm64', undefined],
    [['linux/ppc64le', undefined], 'linux/arm64', undefined],
    [['linux/ppc64le', undefined], 'linux/ppc64le', 'linux/ppc64le'],
  ] as const)('of %j the wish %s gets %s', (entries, wanted, chosen) => {
    expect(choose([...entries], wanted)).toBe(chosen);
  });

  test('what cannot be had is refused with a list of what can', () => {
    expect(() => choose(['linux/arm64', 'windows/amd64', 'unknown/unknown'], 'linux/amd64')).toThrow(
      expect.objectContaining({
        code: 'OCI_PLATFORM_NOT_FOUND',
        message: 'there is no image for linux/amd64 here; there is linux/arm64, windows/amd64',
      }),
    );
    expect(() => choose([])).toThrow(/none at all/);
    expect(() => choose(['linux/arm/v6'], 'linux/arm/v7')).toThrow(/linux\/arm\/v6/);
  });

  test('an attestation is known by its annotation too', () => {
    const attestation = entry('linux/amd64', { 'vnd.docker.reference.type': 'attestation-manifest' });
    expect(() => choosePlatform([attestation], undefined, 'index')).toThrow(/none at all/);
  });

  test('an absent variant is the base variant of its architecture', () => {
    expect(isPlatform(parsePlatform('linux/arm'), parsePlatform('linux/arm/v7'))).toBe(true);
    expect(isPlatform(parsePlatform('linux/arm'), parsePlatform('linux/arm/v6'))).toBe(false);
  });
});
