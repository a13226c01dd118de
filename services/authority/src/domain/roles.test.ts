import { type Scope, SCOPES } from '@stella-ops/contracts';
import { expect, test } from 'vitest';
import { roleOf, ROLES, scopesOfRoles, widerScope } from './roles.ts';

test('every scope of the catalogue is granted by the operator, and all but one by the administrator', () => {
  const all = Object.keys(SCOPES);
  expect(new Set(ROLES['operator']?.scopes)).toEqual(new Set(all));
  expect(new Set(ROLES['administrator']?.scopes)).toEqual(new Set(all.filter((scope) => scope !== 'tenant.write')));
});

test('the auditor changes nothing', () => {
  expect(ROLES['auditor']?.scopes.filter((scope) => !scope.endsWith('.read'))).toEqual([]);
});

test('who asks for promotions does not approve them, and accounts belong to administrators', () => {
  for (const [name, { scopes }] of Object.entries(ROLES)) {
    if (name === 'administrator' || name === 'operator') continue;
    const has = new Set<string>(scopes);
    expect(has.has('promotion.write') && has.has('promotion.approve'), name).toBe(false);
    for (const scope of [
      'user.write',
      'client.write',
      'tenant.write',
      'signer.rotate',
      'signer.sign',
      'attestor.append',
    ])
      expect(has.has(scope), `${name} ${scope}`).toBe(false);
  }
});

test('roles add up, and names that are none grant nothing', () => {
  const both = scopesOfRoles(['approver', 'ci', 'constructor', '__proto__', 'gone']);
  expect(both.has('promotion.approve') && both.has('promotion.write')).toBe(true);
  expect(roleOf('constructor')).toBeUndefined();
  expect(scopesOfRoles(['__proto__']).size).toBe(0);
});

test('the wider scope is the first that the giver lacks', () => {
  const own = new Set<Scope>(['user.read', 'role.read']);
  expect(widerScope(['role.read', 'user.read'], own)).toBeUndefined();
  expect(widerScope(['role.read', 'user.write', 'tenant.write'], own)).toBe('user.write');
});
