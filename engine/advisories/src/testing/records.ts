import type { Component, Distro, Inventory } from '@stella-ops/engine-inventory';
import { compareText } from '@stella-ops/engine-kernel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type IndexStats, writeIndex } from '../index-file/write-index.ts';
import { type AdvisoryIndex, openIndex } from '../index-file/open-index.ts';
import type { SourceRecord } from '../index-file/record-collector.ts';

type Events = readonly Readonly<Record<string, string>>[];

/** An `affected` block with one range. */
export const affects = (ecosystem: string, name: string, events: Events, more: object = {}) => ({
  package: { ecosystem, name },
  ranges: [{ type: 'ECOSYSTEM', events }],
  ...more,
});

export const osv = (id: string, affected: readonly object[], more: object = {}) => ({
  id,
  modified: '2026-01-02T03:04:05Z',
  affected,
  ...more,
});

export const bytesOf = (record: unknown): Buffer => Buffer.from(JSON.stringify(record));

export async function* sourceOf(records: Iterable<unknown>): AsyncGenerator<SourceRecord> {
  let line = 0;
  for (const record of records) yield { raw: bytesOf(record), file: 'own.jsonl', line: ++line };
}

/** A folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'advisories-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An index of own records, closed with the test. */
export async function indexOf(records: Iterable<unknown>): Promise<AdvisoryIndex & { readonly stats: IndexStats }> {
  const out = join(temporaryFolder(), 'own.idx');
  const stats = await writeIndex(sourceOf(records), { out });
  const index = openIndex(out);
  onTestFinished(() => index.close());
  return Object.assign(index, { stats });
}

export function component(type: string, name: string, version?: string, more: Partial<Component> = {}): Component {
  return {
    ref: `pkg:${type}/${name}${version === undefined ? '' : `@${version}`}`,
    kind: 'library',
    type,
    name,
    ...(version !== undefined && { version }),
    locations: [{ path: `usr/lib/${name}` }],
    evidence: { analyzer: 'own', grade: 'exact' },
    ...more,
  };
}

export function inventory(components: readonly Component[], distro?: Distro): Inventory {
  return {
    format: 'stella.inventory/v1',
    subject: { kind: 'directory', name: 'own' },
    ...(distro !== undefined && { distro }),
    layers: [],
    components: [...components].sort((a, b) => compareText(a.ref, b.ref)),
    relations: [],
    gaps: [],
    analyzers: {},
  };
}
