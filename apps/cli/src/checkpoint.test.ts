import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trustedLog } from '@stella-ops/engine-envelope';
import { openLocalLog } from '@stella-ops/engine-tlog';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConsistency, readCheckpoint } from './checkpoint.ts';

const folder = mkdtempSync(join(tmpdir(), 'stella-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A log of some entries: notes after the third and the last, the proof between them, and who signs. */
function logOf(file: string, entries: readonly string[], origin = 'log.example/evidence') {
  const log = openLocalLog({ file: join(folder, file), origin, create: true });
  const notes = entries.map((entry) => log.append(Buffer.from(entry)).checkpoint);
  const proof = log.consistency(3).hashes;
  const trust = { keys: [], logs: [trustedLog(log)] };
  log.close();
  return { kept: notes[2] ?? '', present: notes.at(-1) ?? '', proof, trust };
}

const ENTRIES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
let honest: ReturnType<typeof logOf>;
/** Another history of the same length under the same name. */
let other: ReturnType<typeof logOf>;
beforeAll(() => {
  honest = logOf('honest', ENTRIES);
  other = logOf('other', ['one', 'TWO', ...ENTRIES.slice(2)]);
});

function check(kept: string, present: string, proof: readonly Uint8Array[]) {
  const [a, b] = [readCheckpoint('kept', kept, undefined), readCheckpoint('present', present, undefined)];
  if (!a.ok || !b.ok) throw new Error('these are checkpoints');
  return checkConsistency({ kept: a.checkpoint, present: b.checkpoint, proof });
}

describe('a log that holds all it held is told from one that was rewritten', () => {
  test('entries that were added are no fault', () => {
    expect(check(honest.kept, honest.present, honest.proof)).toMatchObject({
      state: 'passed',
      detail: 'all 3 entries are there as they were, and 4 more',
    });
    expect(check(honest.present, honest.present, [])).toMatchObject({ state: 'passed' });
  });

  test('a proof in which one bit was changed is refused', () => {
    const forged = honest.proof.map((hash) => Buffer.from(hash));
    expect(forged.length).toBeGreaterThan(1);
    for (const [at, hash] of forged.entries()) {
      const changed = Buffer.from(hash);
      changed[0] = (changed[0] ?? 0) ^ 1;
      expect(check(honest.kept, honest.present, forged.with(at, changed))).toMatchObject({ state: 'failed' });
    }
  });

  test('the proof of another history is refused, whichever of the two it ends in', () => {
    expect(check(honest.kept, other.present, other.proof)).toMatchObject({ state: 'failed' });
    expect(check(honest.kept, other.present, honest.proof)).toMatchObject({ state: 'failed' });
    expect(check(honest.kept, honest.present, other.proof)).toMatchObject({ state: 'failed' });
    expect(check(honest.present, other.present, [])).toMatchObject({ state: 'failed' });
  });

  test('no proof, and one that is cut, are refused', () => {
    expect(check(honest.kept, honest.present, [])).toMatchObject({ state: 'failed' });
    expect(check(honest.kept, honest.present, honest.proof.slice(1))).toMatchObject({ state: 'failed' });
  });

  test('a log that has fewer entries than it had is refused', () => {
    expect(check(honest.present, honest.kept, [])).toMatchObject({
      state: 'failed',
      detail: 'the log had 7 entries and has 3',
    });
  });

  test('a log of another name is refused', () => {
    const stranger = logOf('stranger', ENTRIES, 'elsewhere.example/log');
    expect(check(honest.kept, stranger.present, stranger.proof)).toMatchObject({ state: 'failed' });
  });

  test('from an empty log nothing is proven, and that is said', () => {
    const empty = honest.kept.replace('\n3\n', '\n0\n');
    expect(check(empty, honest.present, [])).toMatchObject({ state: 'skipped' });
  });
});

describe('a checkpoint counts as signed only by a log that is trusted', () => {
  test('with trust the signature is verified, without it that is said', () => {
    expect(readCheckpoint('kept', honest.kept, honest.trust)).toMatchObject({ ok: true, check: { state: 'passed' } });
    expect(readCheckpoint('kept', honest.kept, undefined)).toMatchObject({ ok: true, check: { state: 'skipped' } });
  });

  test('another key of the same name, another size, and no note at all are refused', () => {
    expect(readCheckpoint('kept', honest.kept, other.trust)).toMatchObject({ ok: false, check: { state: 'failed' } });
    const grown = honest.kept.replace('\n3\n', '\n4\n');
    expect(readCheckpoint('kept', grown, honest.trust)).toMatchObject({ ok: false });
    for (const text of ['', 'hello\n', '\n\n']) {
      expect(readCheckpoint('kept', text, undefined)).toMatchObject({ ok: false, check: { state: 'failed' } });
    }
  });
});
