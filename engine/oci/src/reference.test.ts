import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatReference, parseReference } from './reference.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}` as const;

describe('reference', () => {
  test.each([
    ['debian', 'docker.io/library/debian:latest'],
    ['debian:12', 'docker.io/library/debian:12'],
    ['team/app', 'docker.io/team/app:latest'],
    ['index.docker.io/debian', 'docker.io/library/debian:latest'],
    ['docker.io/debian:12', 'docker.io/library/debian:12'],
    ['registry.example/app', 'registry.example/app:latest'],
    ['registry.example:5000/team/app:v1', 'registry.example:5000/team/app:v1'],
    ['localhost/app:v1', 'localhost/app:v1'],
    ['localhost:5000/app', 'localhost:5000/app:latest'],
    ['127.0.0.1:5000/a/b/c', '127.0.0.1:5000/a/b/c:latest'],
    ['[::1]:5000/app:v1', '[::1]:5000/app:v1'],
    ['Host/app', 'Host/app:latest'],
    [`app@${DIGEST}`, `docker.io/library/app@${DIGEST}`],
    [`registry.example/app:v1@${DIGEST}`, `registry.example/app:v1@${DIGEST}`],
    ['a-b__c/d.e--f', 'docker.io/a-b__c/d.e--f:latest'],
  ])('%s means %s', (text, complete) => {
    expect(formatReference(parseReference(text))).toBe(complete);
    expect(parseReference(complete)).toEqual(parseReference(text));
  });

  test.each([
    '',
    ':tag',
    'app:',
    'app:-tag',
    `app:${'a'.repeat(129)}`,
    'app@sha256:00',
    `app@sha512:${'0'.repeat(128)}`,
    'App',
    'team/App',
    'a//b',
    '/app',
    'app/',
    'a/../b',
    '-app',
    'app-',
    'a___b',
    'https://registry.example/app',
    'registry.example:port/app',
    'app name',
    'ä/app',
    `a/${'b'.repeat(256)}`,
    'a'.repeat(2000),
  ])('refuses %j', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'OCI_REFERENCE_INVALID' }));
  });

  test('a password in front of a host is not repeated in the message', () => {
    expect(() => parseReference('user:hunter2@registry.example/app')).not.toThrow(/hunter2/);
    expect(() => parseReference('user:hunter2@registry.example/app')).toThrow();
  });

  test('any text is read or refused, and what is read reads again as the same', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[a-z0-9.:/@_-]{0,40}$/),
      fc.constantFrom('a', 'a/b', 'h.x/a').map((name) => `${name}@${DIGEST}`),
    );
    fc.assert(
      fc.property(text, (one) => {
        let reference;
        try {
          reference = parseReference(one);
        } catch (error) {
          expect(error).toMatchObject({ code: 'OCI_REFERENCE_INVALID' });
          return;
        }
        expect(parseReference(formatReference(reference))).toEqual(reference);
      }),
      { numRuns: 500 },
    );
  });
});
