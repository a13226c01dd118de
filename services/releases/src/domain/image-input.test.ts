import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readImageInput, repositoryFault } from './image-input.ts';

const REPOSITORY = 'registry.example:5000/shop/web';
const DIGEST = `sha256:${'0a'.repeat(32)}`;

test.each([
  ['1.2', 'tag', `${REPOSITORY}:1.2`],
  ['latest', 'tag', `${REPOSITORY}:latest`],
  [DIGEST, 'digest', `${REPOSITORY}@${DIGEST}`],
  [`${REPOSITORY}:1.2`, 'tag', `${REPOSITORY}:1.2`],
  [`${REPOSITORY}:1.2@${DIGEST}`, 'digest', `${REPOSITORY}@${DIGEST}`],
  [REPOSITORY, 'tag', `${REPOSITORY}:latest`],
])('%s is a %s', (image, kind, reference) => {
  expect(readImageInput(image, REPOSITORY)).toMatchObject({ kind, reference });
});

test.each([
  ['registry.example/shop/web:1'],
  ['registry.example:5000/shop/web2:1'],
  ['registry.example:5000/shop:1'],
  [`registry.example:5000/shop/web/more@${DIGEST}`],
  ['shop/web:1'],
])('%s does not come from the repository', (image) => {
  expect(readImageInput(image, REPOSITORY).kind).toBe('mismatch');
});

test('the default registry is the same place, written out or not', () => {
  expect(readImageInput('docker.io/shop/web:1', 'shop/web').kind).toBe('tag');
});

test('whatever is written, what is taken lies in the repository of the component', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.:/@-]{0,40}$/), fc.constant(`x@${DIGEST}`));
  fc.assert(
    fc.property(text, (image) => {
      const input = readImageInput(image, REPOSITORY);
      return !('reference' in input) || /^registry\.example:5000\/shop\/web[:@]/.test(input.reference);
    }),
    { numRuns: 500 },
  );
});

test('a repository is checked as a registry would', () => {
  expect(repositoryFault(REPOSITORY)).toBeUndefined();
  expect(repositoryFault('registry.example/a..b/c')).toContain('not a repository name');
});
