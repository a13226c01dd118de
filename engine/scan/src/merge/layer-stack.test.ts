import { expect, test } from 'vitest';
import type { LayerFacts } from '../layer/layer-facts.ts';
import { hashOfPath } from '../paths/path-hash.ts';
import { PathSetBuilder } from '../paths/path-set.ts';
import { LayerStack } from './layer-stack.ts';

const setOf = (...paths: string[]) => {
  const builder = new PathSetBuilder();
  for (const path of paths) builder.add(hashOfPath(path));
  return builder.build();
};

function facts(more: Partial<LayerFacts>): LayerFacts {
  const nothing = { entries: 0, whiteouts: [], opaque: [], links: [], files: [], problems: [] };
  return { directories: setOf(), others: setOf(), ...nothing, ...more };
}

const wanted = (path: string) => ({ path, analyzer: 'x', type: 'file' as const });
const LOWER = facts({
  directories: setOf('a', 'a/b'),
  others: setOf('a/b/f', 'l'),
  files: [wanted('a/b/f')],
  links: [['l', 'a']],
});

// A forged path of the upper layer may have the hash of a path below it. What it seems to hide must stay.
test.each([
  ['the file itself', { others: setOf('a/b/f') }, 'a/b/f'],
  ['a directory in the place of the file', { directories: setOf('a/b/f') }, 'a/b/f'],
  ['something in the place of its directory', { others: setOf('a/b') }, 'a/b'],
])('an equal hash hides nothing: %s', (_, upper, asked) => {
  const stack = new LayerStack([{ facts: LOWER }, { facts: facts(upper) }]);
  expect(stack.isVisible(0, 'a/b/f')).toBe(true);
  expect(stack.questions.take()).toEqual([{ layer: 1, questions: [{ path: asked, analyzers: [] }] }]);

  stack.addAnswers(1, [{ path: asked, type: 'absent' }]);
  expect(stack.isVisible(0, 'a/b/f')).toBe(true);
  expect(stack.questions.take()).toEqual([]);

  stack.addAnswers(1, [{ path: asked, type: asked === 'a/b' ? 'file' : 'directory' }]);
  expect(stack.isVisible(0, 'a/b/f')).toBe(false);
});

test('an equal hash does not make a directory of a link', () => {
  const stack = new LayerStack([{ facts: LOWER }, { facts: facts({ directories: setOf('l') }) }]);
  expect(stack.lookup('l')).toEqual({ type: 'unknown' });
  stack.addAnswers(1, [{ path: 'l', type: 'absent' }]);
  expect(stack.lookup('l')).toEqual({ type: 'symlink', layer: 0, link: 'a' });
});

test('a directory that replaces nothing is not asked for', () => {
  const stack = new LayerStack([{ facts: LOWER }, { facts: facts({ directories: setOf('a') }) }]);
  expect(stack.lookup('a')).toEqual({ type: 'directory', layer: 1 });
  expect(stack.questions.take()).toEqual([]);
});

test('contents that were asked for one after another are all kept', () => {
  const stack = new LayerStack([{ facts: LOWER }]);
  expect(stack.contentOf(0, 'l', 'x')).toBe('unknown');
  stack.addAnswers(0, [{ path: 'l', type: 'file', contents: [{ analyzer: 'x', facts: 1 }] }]);
  expect(stack.contentOf(0, 'l', 'y')).toBe('unknown');
  stack.addAnswers(0, [{ path: 'l', type: 'file', contents: [{ analyzer: 'y', facts: 2 }] }]);
  expect([stack.contentOf(0, 'l', 'x'), stack.contentOf(0, 'l', 'y')]).toMatchObject([{ facts: 1 }, { facts: 2 }]);
});
