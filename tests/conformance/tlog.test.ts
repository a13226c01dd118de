import { leafHash, openNote, parseCheckpoint, parseVerifierKey } from '@stella-ops/engine-tlog';
import {
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from '@stella-ops/engine-tlog';
import { corpusBytes, corpusLines, describeNeeding } from '@stella-ops/testkit';
import { expect, test } from 'vitest';

/** Integers of the vectors use all 64 bits, so they are kept as text and become bigints. */
interface MerkleCase {
  readonly [name: string]: string | boolean | string[] | null;
}

describeNeeding(['corpus'], 'Merkle proof vectors of the reference implementation', () => {
  const cases = corpusLines('signing/merkle-proofs.jsonl.zst').map((line) => {
    const exact = line.replace(/("(?:leafIdx|treeSize|start|end|size|size1|size2)":)(\d+)/g, '$1"$2"');
    return JSON.parse(exact) as { path: string; case: MerkleCase };
  });

  test('every inclusion, consistency and subtree case has the wanted outcome', () => {
    const counts = new Map<string, number>();
    for (const { path, case: one } of cases) {
      const kind = path.split('/')[1] ?? '';
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      expect(outcome(kind, one), path).toBe(one['wantErr'] !== true);
    }
    expect(Object.fromEntries(counts)).toEqual({
      consistency: 78,
      inclusion: 72,
      subtreeconsistency: 91,
      subtreeinclusion: 145,
    });
  });
});

function outcome(kind: string, one: MerkleCase): boolean {
  const number = (name: string) => BigInt(one[name] as string);
  const bytes = (name: string) => Buffer.from(one[name] as string, 'base64');
  const proof = ((one['proof'] as string[] | null) ?? []).map((hash) => Buffer.from(hash, 'base64'));
  switch (kind) {
    case 'inclusion':
      return verifyInclusion({
        index: number('leafIdx'),
        size: number('treeSize'),
        leafHash: bytes('leafHash'),
        root: bytes('root'),
        proof,
      }).ok;
    case 'consistency':
      return verifyConsistency({
        oldSize: number('size1'),
        size: number('size2'),
        oldRoot: bytes('root1'),
        root: bytes('root2'),
        proof,
      }).ok;
    case 'subtreeinclusion':
      return verifySubtreeInclusion({
        index: number('leafIdx'),
        start: number('start'),
        end: number('end'),
        leafHash: bytes('leafHash'),
        root: bytes('root'),
        proof,
      }).ok;
    case 'subtreeconsistency':
      return verifySubtreeConsistency({
        start: number('start'),
        end: number('end'),
        size: number('size'),
        oldRoot: bytes('root1'),
        root: bytes('root2'),
        proof,
      }).ok;
    default:
      throw new Error(`no such kind of case: ${kind}`);
  }
}

type NoteCase =
  | {
      kind: 'open';
      name: string;
      message: string;
      verifiers: string[];
      ok: boolean;
      verified: string[];
      unverified: string[];
    }
  | { kind: 'verifier-key'; key: string; ok: boolean; why: string }
  | { kind: 'checkpoint-body'; origin: string; text: string; ok: boolean; size: string; leaf_hash_of: string | null };

/** Signature type 0x05 belongs to certificate transparency logs. The product reads none, so its keys are not known. */
const OUT_OF_SCOPE = new Set([
  'RFC 6962 tree head signature (type 0x05, ECDSA P-256)',
  // Refused here too, but for the unknown key type and not for the changed origin.
  'RFC 6962, origin changed',
]);

describeNeeding(['corpus'], 'signed note vectors', () => {
  const cases = JSON.parse(corpusBytes('signing/signed-notes.json').toString('utf8')) as NoteCase[];

  test('every note opens, or does not, as wanted, and names the wanted signers', () => {
    const notes = cases.filter((one) => one.kind === 'open' && !OUT_OF_SCOPE.has(one.name));
    expect(notes.length).toBe(16);
    for (const one of notes) {
      if (one.kind !== 'open') continue;
      const verifiers = one.verifiers.map((text) => {
        const parsed = parseVerifierKey(text);
        if (!parsed.ok) throw new Error(`${one.name}: ${parsed.detail}`);
        return parsed.verifier;
      });
      const opened = openNote(one.message, verifiers);
      expect(opened.ok, one.name).toBe(one.ok);
      if (!opened.ok) continue;
      expect(opened.verified.map((line) => line.name)).toEqual(one.verified);
      expect(opened.unverified.map((line) => line.name)).toEqual(one.unverified);
    }
  });

  test('every verifier key is read, or refused, as wanted', () => {
    const keys = cases.filter((one) => one.kind === 'verifier-key');
    expect(keys.length).toBe(7);
    for (const one of keys) expect(parseVerifierKey(one.key).ok, `${one.key} ${one.why}`).toBe(one.ok);
  });

  test('every checkpoint body is read, or refused, as wanted', () => {
    const bodies = cases.filter((one) => one.kind === 'checkpoint-body');
    expect(bodies.length).toBe(4);
    for (const one of bodies) {
      const parsed = parseCheckpoint(one.text);
      const accepted = parsed.ok && parsed.checkpoint.origin === one.origin;
      expect(accepted, one.text).toBe(one.ok);
      if (!parsed.ok || !accepted) continue;
      expect(parsed.checkpoint.size).toBe(BigInt(one.size));
      expect(parsed.checkpoint.root).toEqual(leafHash(Buffer.from(one.leaf_hash_of ?? '')));
    }
  });
});
