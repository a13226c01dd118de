import { describe, expect, test } from 'vitest';
import { assembleInventory } from './assemble.ts';
import { diffInventories } from './diff.ts';
import { summarize } from './summarize.ts';
import { componentOf, partsOf } from './testing/inventories.ts';
import type { Component } from './types.ts';

const npm = (name: string, version: string, members: Partial<Component> = {}) =>
  componentOf({ ref: `pkg:npm/${name}@${version}`, type: 'npm', name, version, ...members });

const diff = (before: Component[], after: Component[]) => {
  const { added, removed, changed } = diffInventories(
    assembleInventory(partsOf({ components: before })),
    assembleInventory(partsOf({ components: after })),
  );
  return {
    added: added.map(({ ref }) => ref),
    removed: removed.map(({ ref }) => ref),
    changed: changed.map(({ before, after, members }) => [before.version, after.version, ...members]),
  };
};

describe('the difference of two inventories', () => {
  test('is nothing for equal ones', () => {
    expect(diff([npm('a', '1')], [npm('a', '1')])).toEqual({ added: [], removed: [], changed: [] });
  });

  test('shows an upgrade as a change of the package', () => {
    expect(diff([npm('a', '1'), npm('b', '1')], [npm('a', '2'), npm('c', '1')])).toEqual({
      added: ['pkg:npm/c@1'],
      removed: ['pkg:npm/b@1'],
      changed: [['1', '2', 'ref', 'version']],
    });
  });

  test('pairs what was replaced and leaves what stayed', () => {
    expect(diff([npm('a', '1'), npm('a', '2')], [npm('a', '2'), npm('a', '3'), npm('a', '4')])).toEqual({
      added: ['pkg:npm/a@4'],
      removed: [],
      changed: [['1', '3', 'ref', 'version']],
    });
  });

  test('names the members that differ', () => {
    expect(diff([npm('a', '1')], [npm('a', '1', { licenses: ['MIT'], locations: [{ path: 'x' }] })]).changed).toEqual([
      ['1', '1', 'licenses', 'locations'],
    ]);
  });

  test('does not pair packages of different types', () => {
    expect(diff([npm('a', '1')], [npm('a', '1', { ref: 'pkg:pypi/a@1', type: 'pypi' })])).toEqual({
      added: ['pkg:pypi/a@1'],
      removed: ['pkg:npm/a@1'],
      changed: [],
    });
  });
});

test('a summary counts by type, the most frequent first', () => {
  const components = [npm('a', '1'), npm('b', '1'), componentOf({ ref: 'x' }), componentOf({ ref: 'd', type: 'deb' })];
  const inventory = assembleInventory(partsOf({ components, gaps: [{ code: 'A', detail: 'b' }] }));
  expect(summarize(inventory)).toEqual({
    components: 4,
    byType: [
      { type: 'npm', count: 2 },
      { type: 'deb', count: 1 },
      { type: 'generic', count: 1 },
    ],
    layers: 0,
    relations: 0,
    gaps: 1,
  });
});
