import { expect, test } from 'vitest';
import { parseScope, parseScopeList, SCOPES } from './scopes.ts';

test('dot style is canonical and colon style means the same', () => {
  for (const scope of Object.keys(SCOPES)) {
    expect(parseScope(scope)).toBe(scope);
    expect(parseScope(scope.replaceAll('.', ':'))).toBe(scope);
  }
});

test('spellings of older documents name their canonical scope', () => {
  expect(parseScope('authority:tenants.read')).toBe('tenant.read');
  expect(parseScope('authority:tokens.revoke')).toBe('token.write');
});

test('a text that names no scope grants nothing, nor does a name of Object.prototype', () => {
  for (const text of ['', 'constructor', '__proto__', 'toString', 'findings', 'FINDINGS.READ', 'findings.read ']) {
    expect(parseScope(text), text).toBeUndefined();
  }
});

test('unknown scopes of a token are left out, known ones counted once', () => {
  expect([...parseScopeList('findings:read future.scope findings.read  vex.read')]).toEqual([
    'findings.read',
    'vex.read',
  ]);
});

test('the catalogue is in order, so that a change is one line', () => {
  expect(Object.keys(SCOPES)).toEqual(Object.keys(SCOPES).toSorted());
});
