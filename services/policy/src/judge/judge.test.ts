import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeIndex } from '@stella-ops/engine-advisories';
import { assembleInventory, inventoryBytes, type Subject } from '@stella-ops/engine-inventory';
import { type Digest, digestOf } from '@stella-ops/engine-kernel';
import type { Exception } from '@stella-ops/engine-policy';
import { Bench } from './bench.ts';
import { type Judge, startJudge } from './judge.ts';
import type { DecisionOrder, LocalFile } from './orders.ts';

const CVE = 'CVE-2026-90001';
const code = (name: string) => expect.objectContaining({ code: name }) as unknown;
const IMAGE: Subject = { kind: 'image', name: 'registry.test/a:1', digest: digestOf('image') };

const PACK = Buffer.from(`apiVersion: stella.ops/policy/v1
kind: PolicyPack
metadata: {name: test, version: "1"}
rules:
  - {id: fine, on: finding, when: finding.vex.status == "not_affected", action: allow, code: FINE, message: fine}
  - {id: bad, on: finding, when: finding.severity.score >= 7.0, action: deny, code: BAD, message: bad}
defaults: {finding: allow, unknownSeverity: pending, notEvaluated: pending, gap: deny, coverage: warn}
`);

const VEX = JSON.stringify({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://vendor.test/1',
  author: 'vendor',
  timestamp: '2026-05-01T00:00:00Z',
  version: 1,
  statements: [
    {
      vulnerability: { name: CVE },
      products: [{ '@id': 'pkg:npm/frobnicate' }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
    },
  ],
});

const exception: Exception = {
  id: 'EX-1',
  vulnerability: CVE,
  subject: digestOf('image'),
  reason: 'x',
  approvedBy: 'bob',
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2027-01-01T00:00:00.000Z',
};

describe('the judging thread', () => {
  let folder = '';
  let order: Omit<DecisionOrder, 'vexFiles'>;

  const file = (name: string, bytes: Uint8Array | string): LocalFile => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return { digest: digestOf(bytes), path };
  };
  const inventoryFile = (subject: Subject): LocalFile =>
    file(
      subject.kind,
      inventoryBytes(
        assembleInventory({
          subject,
          layers: [],
          components: [
            {
              ref: 'pkg:npm/frobnicate@1.0.0',
              kind: 'library',
              type: 'npm',
              name: 'frobnicate',
              version: '1.0.0',
              purl: 'pkg:npm/frobnicate@1.0.0',
              locations: [],
              evidence: { analyzer: 'npm', grade: 'exact' },
            },
          ],
          relations: [],
          gaps: [],
          analyzers: {},
        }),
      ),
    );
  const withJudge = async <T>(use: (judge: Judge) => Promise<T>): Promise<T> => {
    const judge = startJudge({ timeoutMs: 20_000, openIndexes: 2 });
    try {
      return await use(judge);
    } finally {
      await judge.close();
    }
  };
  const noFiles = (): Promise<never> => Promise.reject(new Error('nothing was to be asked for'));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stella-judge-'));
    const out = join(folder, 'own.idx');
    const raw = Buffer.from(
      JSON.stringify({
        id: CVE,
        modified: '2026-01-02T03:04:05Z',
        severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
        affected: [
          {
            package: { ecosystem: 'npm', name: 'frobnicate' },
            ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }],
          },
        ],
      }),
    );
    const { snapshot } = await writeIndex(
      (async function* records() {
        yield { raw, file: 'own.json' };
      })(),
      { out },
    );
    order = {
      tenantId: 'tenant',
      inventory: inventoryFile(IMAGE),
      index: { digest: digestOf(readFileSync(out)), path: out, snapshot },
      vex: [],
      policy: PACK,
      exceptions: [],
      evaluatedAt: '2026-06-01T00:00:00.000Z',
      wantsDocuments: false,
    };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('asks once for the statements it does not have, and keeps them', () =>
    withJudge(async (judge) => {
      const vex = file('vex.json', VEX);
      const asked: (readonly Digest[])[] = [];
      const supply = (digests: readonly Digest[]): Promise<readonly LocalFile[]> => {
        asked.push(digests);
        return Promise.resolve([vex]);
      };
      expect((await judge.decide(order, noFiles)).outcome).toBe('deny');
      for (let n = 0; n < 2; n++) {
        expect((await judge.decide({ ...order, vex: [vex.digest] }, supply)).outcome).toBe('allow');
      }
      expect(asked).toEqual([[vex.digest]]);
      await judge.decide({ ...order, tenantId: 'other', vex: [vex.digest] }, supply);
      expect(asked).toHaveLength(2);
    }));

  test('work that takes too long is broken off, and the next question gets its own answer', async () => {
    const options = { timeoutMs: 1, openIndexes: 2 };
    const judge = startJudge(options);
    try {
      await expect(judge.readPack(Buffer.alloc(4 * 1024 ** 2, '- a\n'))).rejects.toThrow(code('JUDGE_STOPPED'));
      options.timeoutMs = 20_000;
      expect((await judge.decide(order, noFiles)).outcome).toBe('deny');
    } finally {
      await judge.close();
    }
  });

  test('nothing is judged after the end, not even what waited for its turn', async () => {
    const judge = startJudge({ timeoutMs: 20_000, openIndexes: 2 });
    const [first, second] = [judge.decide(order, noFiles), judge.decide(order, noFiles)];
    await judge.close();
    await expect(first).rejects.toThrow(code('JUDGE_STOPPED'));
    await expect(second).rejects.toThrow(code('JUDGE_STOPPED'));
  });

  test('faults of a pack come with their place; faults of evidence say nothing to callers', () =>
    withJudge(async (judge) => {
      await expect(judge.readPack(Buffer.from('apiVersion: 1\n'))).rejects.toThrow(code('PACK_INVALID'));
      const changed = { ...order.inventory, digest: digestOf('another') };
      await expect(judge.decide({ ...order, inventory: changed }, noFiles)).rejects.toThrow(
        expect.objectContaining({ code: 'EVIDENCE_UNREADABLE', status: 500 }),
      );
      const index = { ...order.index, digest: digestOf('x'), snapshot: digestOf('another') };
      await expect(judge.decide({ ...order, index }, noFiles)).rejects.toThrow(code('EVIDENCE_UNREADABLE'));
      const missing = { ...order, vex: [digestOf('gone')] };
      await expect(judge.decide(missing, () => Promise.resolve([]))).rejects.toThrow(code('EVIDENCE_UNREADABLE'));
    }));

  test('an exception for an image counts for it also where only its SBOM is known, and never without a digest', () => {
    const bench = new Bench({ openIndexes: 1 });
    const outcomeOf = (subject: Subject): string | undefined => {
      const answer = bench.decide({
        ...order,
        inventory: inventoryFile(subject),
        exceptions: [exception],
        vexFiles: [],
      });
      return answer.kind === 'judged' ? answer.outcome : undefined;
    };
    const image = digestOf('image');
    expect(outcomeOf(IMAGE)).toBe('allow');
    expect(outcomeOf({ kind: 'sbom', name: 'a.json', digest: digestOf('document'), describes: image })).toBe('allow');
    expect(outcomeOf({ kind: 'directory', name: 'a' })).toBe('deny');
    bench.close();
  });
});
