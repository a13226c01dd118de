import { expect, test } from 'vitest';
import { boundaryFaults, importsOf, type Manifest } from './boundaries.ts';

const manifests: Manifest[] = [
  { name: 'root', folder: '', dependencies: [] },
  { name: '@s/kernel', folder: 'engine/kernel', dependencies: [] },
  { name: '@s/scan', folder: 'engine/scan', dependencies: ['@s/kernel', '@s/policy'] },
  { name: '@s/policy', folder: 'engine/policy', dependencies: ['@s/scan'] },
  { name: '@s/signer', folder: 'services/signer', dependencies: ['@s/log'] },
  { name: '@s/log', folder: 'services/log', dependencies: [] },
  { name: '@s/cli', folder: 'apps/cli', dependencies: ['@s/kernel', '@s/signer'], devDependencies: ['vite'] },
];
const faults = (path: string, text: string) => boundaryFaults([{ path, text }], manifests);

test.each([
  ['an undeclared package', 'engine/kernel/src/a.ts', `import { z } from 'zod';`, 'is not declared'],
  ['an import upwards', 'engine/scan/src/a.ts', `import { x } from '@s/cli';`, 'imports go downwards only'],
  ['a path out of the package', 'engine/scan/src/a.ts', `export * from '../../kernel/src/b.ts';`, 'reaches outside'],
  ['a sibling service', 'services/signer/src/a.ts', `import { x } from '@s/log';`, 'must not import another'],
  ['a service from the CLI', 'apps/cli/src/a.ts', `const x = await import('@s/signer');`, 'must not import services'],
])('%s is a fault', (_, path, text, sentence) => {
  expect(faults(path, text).join('\n')).toContain(sentence);
});

test('a declared import downwards is fine, and tests may use the test libraries', () => {
  expect(faults('apps/cli/src/a.ts', `import type { A } from '@s/kernel';`)).toEqual([]);
  expect(faults('engine/kernel/src/a.test.ts', `import { test } from 'vitest';`)).toEqual([]);
});

test('what builds a package may use its development dependencies, what ships may not', () => {
  expect(faults('apps/cli/build.ts', `import { build } from 'vite';`)).toEqual([]);
  expect(faults('apps/cli/src/testing/a.ts', `import { build } from 'vite';`)).toEqual([]);
  expect(faults('apps/cli/src/a.ts', `import { build } from 'vite';`)).toHaveLength(1);
});

test('cycles are named, of packages and of files; a type-only import makes no file cycle', () => {
  const files = [
    { path: 'engine/scan/src/a.ts', text: `import { p } from '@s/policy';\nimport { b } from './b.ts';` },
    { path: 'engine/scan/src/b.ts', text: `import { a } from './a.ts';` },
    { path: 'engine/policy/src/c.ts', text: `import { s } from '@s/scan';\nimport type { d } from './d.ts';` },
    { path: 'engine/policy/src/d.ts', text: `import { c } from './c.ts';` },
  ];
  expect(boundaryFaults(files, manifests)).toEqual([
    'files import each other: engine/scan/src/a.ts → engine/scan/src/b.ts → engine/scan/src/a.ts',
    'packages import each other: @s/scan → @s/policy → @s/scan',
  ]);
});

test('imports over several lines are seen', () => {
  expect(importsOf(`import {\n  a,\n  b,\n} from 'x';\nexport { c } from "y";\nimport 'z';`)).toEqual([
    { specifier: 'x', isTypeOnly: false },
    { specifier: 'y', isTypeOnly: false },
    { specifier: 'z', isTypeOnly: false },
  ]);
});
