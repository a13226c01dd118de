import { describe, expect, it } from 'vitest';
import { promotionReference, releaseReference } from './references.ts';

describe('words of copied commands', () => {
  it('names releases and promotions as the command line does', () => {
    expect(releaseReference('shop 1.2.0')).toBe('shop@1.2.0');
    expect(releaseReference('shop 1.2.0-rc.1+build.5')).toBe('shop@1.2.0-rc.1+build.5');
    expect(promotionReference({ release: 'shop 1.2.0', environment: 'stage' })).toBe('shop@1.2.0:stage');
  });
});
