import { EVENTS, ROUTES_BY_SERVICE } from '@stella-ops/contracts/catalogue';
import { describe, expect, test } from 'vitest';
import { isAffected } from './affected.ts';

const ROUTE_IDS = Object.values(ROUTES_BY_SERVICE).flatMap((routes) => Object.values(routes).map(({ id }) => id));

describe('what an event has read again', () => {
  test('every event of the product changes the answer of some route', () => {
    const idle = EVENTS.filter(({ type }) => !ROUTE_IDS.some((id) => isAffected(id, type)));
    expect(idle.map(({ type }) => type)).toEqual([]);
  });

  test('a promotion that changed has the board read again, and no list of users', () => {
    expect(isAffected('deployments.board.get', 'releases.promotion.changed')).toBe(true);
    expect(isAffected('authority.users.list', 'releases.promotion.changed')).toBe(false);
  });

  test('an event of an area that is not known here has everything read again', () => {
    expect(isAffected('authority.users.list', 'weather.rain.began')).toBe(true);
    expect(isAffected('authority.users.list', 'constructor.x')).toBe(true);
  });
});
