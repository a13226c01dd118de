import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { openCheckpoint } from './checkpoint.ts';
import { leafHash } from './hashes.ts';
import { type LocalLog, openLocalLog } from './local-log.ts';
import { merkleRoot } from './merkle-root.ts';
import { parseVerifierKey } from './verifier-key.ts';
import { verifyConsistency, verifyInclusion } from './verify-proof.ts';

const folder = mkdtempSync(join(tmpdir(), 'stella-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = () => join(folder, `${files++}.log`);
const origin = 'log.example/evidence';
const seed = () => Buffer.alloc(32, 7);
const create = (file = newFile()) => openLocalLog({ file, origin, create: true, randomBytes: seed });
const entry = (i: number) => Buffer.from(`entry ${i}`);

function filled(count: number): { file: string; log: LocalLog } {
  const file = newFile();
  const log = create(file);
  for (let i = 0; i < count; i++) log.append(entry(i));
  return { file, log };
}

function tamper(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

test('each append answers with a proof that anybody can check', () => {
  using log = create();
  const key = parseVerifierKey(log.verifierKey);
  if (!key.ok) throw new Error(key.detail);
  const entries: Buffer[] = [];
  for (let i = 0; i < 20; i++) {
    entries.push(entry(i));
    const logged = log.append(entry(i));
    expect(logged).toMatchObject({ logIndex: i, treeSize: i + 1, rootHash: merkleRoot(entries) });
    const opened = openCheckpoint(logged.checkpoint, key.verifier, { strict: true });
    expect(opened).toMatchObject({ ok: true, checkpoint: { origin, size: BigInt(i + 1), root: logged.rootHash } });
    const verdict = verifyInclusion({
      index: BigInt(i),
      size: BigInt(i + 1),
      leafHash: leafHash(entry(i)),
      root: logged.rootHash,
      proof: logged.hashes,
    });
    expect(verdict).toEqual({ ok: true });
  }
});

test('an entry again keeps its index, adds nothing, and gets a proof against the present checkpoint', () => {
  using log = filled(5).log;
  const again = log.append(entry(2));
  expect(again).toMatchObject({ logIndex: 2, treeSize: 5, checkpoint: log.checkpoint() });
  expect(log.size()).toBe(5);
});

test('a log opened again goes on with its key and its entries', () => {
  const { file, log } = filled(3);
  const { publicKey, logId } = log;
  const before = log.checkpoint();
  log.close();
  using again = openLocalLog({ file });
  expect(again).toMatchObject({ origin, publicKey, logId });
  expect(again.checkpoint()).toBe(before);
  expect(again.append(entry(3)).logIndex).toBe(3);
  expect(again.entry(1)).toEqual(entry(1));
});

test('consistency with every earlier size is proven', () => {
  using log = filled(13).log;
  const root = merkleRoot(Array.from({ length: 13 }, (_, i) => entry(i)));
  for (let oldSize = 1; oldSize <= 13; oldSize++) {
    const oldRoot = merkleRoot(Array.from({ length: oldSize }, (_, i) => entry(i)));
    const { hashes, treeSize } = log.consistency(oldSize);
    const verdict = verifyConsistency({
      oldSize: BigInt(oldSize),
      size: BigInt(treeSize),
      oldRoot,
      root,
      proof: hashes,
    });
    expect(verdict).toEqual({ ok: true });
  }
  expect(() => log.consistency(14)).toThrow(expect.objectContaining({ code: 'PROOF_OUT_OF_RANGE' }));
  expect(() => log.prove(13)).toThrow(expect.objectContaining({ code: 'PROOF_OUT_OF_RANGE' }));
});

test('two handles on one file take turns and make one history', () => {
  const { file, log: first } = filled(0);
  using second = openLocalLog({ file, origin });
  for (let i = 0; i < 10; i++) expect((i % 2 === 0 ? first : second).append(entry(i)).logIndex).toBe(i);
  expect(first.audit()).toEqual({ ok: true, size: 10 });
  first.close();
});

test.skipIf(process.platform === 'win32')('the file that holds the key is readable by its owner only', () => {
  const { file, log } = filled(1);
  log.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('entries cut off after they were signed for are a fork, and nothing is signed again', () => {
  const { file, log } = filled(4);
  log.close();
  tamper(file, 'DELETE FROM entries WHERE idx = 3');
  expect(() => openLocalLog({ file })).toThrow(expect.objectContaining({ code: 'LOG_FORKED' }));
});

test('a log that forks while it is open refuses the next entry', () => {
  const { file, log } = filled(4);
  tamper(file, 'DELETE FROM checkpoints WHERE size = 4');
  expect(() => log.append(entry(4))).toThrow(expect.objectContaining({ code: 'LOG_FORKED' }));
  log.close();
});

test('a changed leaf hash no longer leads to the signed root', () => {
  const { file, log } = filled(5);
  log.close();
  tamper(file, 'UPDATE entries SET leaf_hash = zeroblob(32) WHERE idx = 4');
  expect(() => openLocalLog({ file })).toThrow(expect.objectContaining({ code: 'LOG_FORKED' }));
});

test('a checkpoint that the key of the log did not sign is damage', () => {
  const { file, log } = filled(2);
  log.close();
  tamper(file, `UPDATE checkpoints SET note = replace(note, 'log.example/evidence A', 'log.example/evidence B')`);
  tamper(file, `UPDATE checkpoints SET note = note || note WHERE size = 2`);
  expect(() => openLocalLog({ file })).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }));
});

test('changed bytes of an old entry are found by its proof and by the audit', () => {
  const { file, log } = filled(6);
  tamper(file, `UPDATE entries SET body = x'00' WHERE idx = 2`);
  expect(() => log.prove(2)).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }));
  expect(log.prove(3).logIndex).toBe(3);
  expect(log.audit()).toMatchObject({ ok: false, index: 2 });
  log.close();
});

test('the audit finds a changed subtree, a changed old checkpoint and a hole', () => {
  const cases = [
    ['UPDATE nodes SET hash = zeroblob(32) WHERE level = 1 AND idx = 1', 3],
    [`UPDATE checkpoints SET root = zeroblob(32) WHERE size = 5`, 4],
    [`UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 3) WHERE size = 4`, 3],
    ['DELETE FROM entries WHERE idx = 1', 1],
  ] as const;
  for (const [sql, index] of cases) {
    const { file, log } = filled(9);
    expect(log.audit()).toEqual({ ok: true, size: 9 });
    tamper(file, sql);
    const audit = log.audit();
    expect(audit.ok, sql).toBe(false);
    expect(audit).toMatchObject({ index });
    log.close();
  }
});

test('what is not a log is told from a log that is not there', () => {
  const text = newFile();
  writeFileSync(text, 'this is not a database, but it is long enough to be looked at as one. '.repeat(20));
  const empty = newFile();
  writeFileSync(empty, '');
  const other = newFile();
  tamper(other, 'CREATE TABLE log (id INTEGER)');
  expect(() => openLocalLog({ file: text })).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }));
  expect(() => openLocalLog({ file: other })).toThrow(expect.objectContaining({ code: 'LOG_DAMAGED' }));
  expect(() => openLocalLog({ file: empty })).toThrow(expect.objectContaining({ code: 'LOG_NOT_FOUND' }));
  expect(() => openLocalLog({ file: newFile() })).toThrow(expect.objectContaining({ code: 'LOG_NOT_FOUND' }));
  expect(() => create(join(folder, 'no', 'folder'))).toThrow(expect.objectContaining({ code: 'LOG_UNWRITABLE' }));
});

test('an origin never changes, and has to be able to name a signer', () => {
  const { file, log } = filled(1);
  log.close();
  expect(() => openLocalLog({ file, origin: 'other.example' })).toThrow(
    expect.objectContaining({ code: 'LOG_ORIGIN_MISMATCH' }),
  );
  expect(() => openLocalLog({ file: newFile(), origin: 'two words', create: true })).toThrow(
    expect.objectContaining({ code: 'NOTE_INVALID' }),
  );
});

test('a log that another process holds is busy, not damaged', () => {
  const { file, log } = filled(1);
  log.close();
  using waiting = openLocalLog({ file, busyTimeoutMs: 1 });
  const holder = new DatabaseSync(file);
  holder.exec('BEGIN EXCLUSIVE');
  expect(() => waiting.append(entry(1))).toThrow(expect.objectContaining({ code: 'LOG_BUSY', retryable: true }));
  holder.close();
  expect(waiting.append(entry(1)).logIndex).toBe(1);
});

test('a copy of the file is a copy of the log', () => {
  const { file, log } = filled(4);
  const copy = newFile();
  copyFileSync(file, copy);
  using other = openLocalLog({ file: copy });
  expect(other.checkpoint()).toBe(log.checkpoint());
  log.close();
});

test('an entry over the limit is refused before anything is written', () => {
  using log = filled(1).log;
  expect(() => log.append(Buffer.alloc(65_536))).toThrow(expect.objectContaining({ code: 'LOG_ENTRY_TOO_LARGE' }));
  expect(log.append(Buffer.alloc(65_535)).logIndex).toBe(1);
});
