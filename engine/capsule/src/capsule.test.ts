import { bundleBytes, packBundle, readBundle } from '@stella-ops/engine-archive';
import { signStatement } from '@stella-ops/engine-envelope';
import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { diffCapsules } from './diff-capsules.ts';
import { MEMBERS, SEALS } from './members.ts';
import { payloadOf } from './open-capsule.ts';
import { readCapsule } from './read-capsule.ts';
import { replayCapsule } from './replay-capsule.ts';
import {
  decideWith,
  excepted,
  forged,
  IMAGE,
  inventoryOf,
  newSeal,
  notAffected,
  policyOf,
  sliceFor,
} from './testing/scenario.ts';
import { without } from './testing/tar-edits.ts';
import { verifyCapsule } from './verify-capsule.ts';

describe('a decision', () => {
  test('blocks a vulnerable image, and names the fix', () => {
    const { verdict, findings } = decideWith();
    expect(findings.findings.map((finding) => finding.vulnerability)).toEqual(['CVE-2026-90001']);
    expect(verdict.outcome).toBe('deny');
    expect(verdict.reasons[0]).toMatchObject({ code: 'SERIOUS', fix: 'upgrade frobnicate to 1.2.0' });
  });

  test('turns by a VEX statement, by an exception, by the fixed package', () => {
    expect(decideWith({ vexSet: notAffected() }).verdict.outcome).toBe('allow');
    expect(decideWith({ exceptions: excepted() }).verdict.outcome).toBe('allow');
    expect(decideWith({ inventory: inventoryOf('1.2.0') }).verdict.outcome).toBe('allow');
  });

  test('depends on nothing but its input', () => {
    const first = decideWith();
    const second = decideWith();
    expect(second.inputDigest).toBe(first.inputDigest);
    expect(second.verdictDigest).toBe(first.verdictDigest);
    expect(decideWith({ environment: 'prod' }).inputDigest).not.toBe(first.inputDigest);
  });

  test('needs evidence that belongs together', () => {
    expect(() => decideWith({ slice: sliceFor(inventoryOf('9.9.9')) })).toThrow(
      expect.objectContaining({ code: 'SLICE_MISMATCH' }),
    );
    expect(() => decideWith({ policyBytes: Buffer.from('nope') })).toThrow(
      expect.objectContaining({ code: 'POLICY_INVALID' }),
    );
  });

  test('carries the gaps of its inventory into the verdict', () => {
    const gaps = [{ code: 'DPKG_STATUS_UNREADABLE', detail: 'cut off' }];
    expect(decideWith({ inventory: inventoryOf('1.2.0', gaps) }).verdict.outcome).toBe('deny');
  });
});

describe('a capsule', () => {
  const { signer, trust, pack } = newSeal();
  const decision = decideWith();

  test('holds exactly its members and both seals', async () => {
    const content = await readBundle(await pack(decision), { sealNames: [...SEALS] });
    expect(content.faults).toEqual([]);
    expect([...content.files.keys()]).toEqual(MEMBERS);
    expect([...content.seals.keys()].sort()).toEqual(SEALS);
    expect(content.manifest).toMatchObject({
      kind: 'capsule',
      annotations: { decision: decision.inputDigest, outcome: 'deny' },
    });
  });

  test('verifies with trust, and is unverifiable without', async () => {
    const capsule = await pack(decision);
    const verified = await verifyCapsule(capsule, { trust });
    expect(verified).toMatchObject({
      status: 'verified',
      decision: decision.inputDigest,
      outcome: 'deny',
      faults: [],
      lacking: [],
    });
    expect(verified.checks.filter(({ state }) => state === 'failed' || state === 'missing')).toEqual([]);
    const untrusted = await verifyCapsule(capsule);
    expect(untrusted.status).toBe('unverifiable');
    expect(untrusted.faults).toEqual([]);
    expect(untrusted.lacking.map(({ file, check }) => `${file} ${check}`)).toEqual([
      'manifest.sigstore.json key',
      'verdict.sigstore.json key',
    ]);
  });

  test('is unverifiable with another key or another log', async () => {
    const capsule = await pack(decision);
    const other = newSeal();
    expect((await verifyCapsule(capsule, { trust: { ...trust, keys: other.trust.keys } })).status).toBe('unverifiable');
    expect((await verifyCapsule(capsule, { trust: { ...trust, logs: [] } })).status).toBe('unverifiable');
  });

  test('is unverifiable when its signatures are in no log', async () => {
    const { manifest, files, seals } = await readBundle(await pack(decision), { sealNames: [...SEALS] });
    if (manifest === undefined) throw new Error('expected a manifest');
    const unlogged = packBundle({
      ...manifest,
      files: [...files].map(([path, content]) => bundleBytes(path, content)),
      seal: () =>
        Promise.resolve(
          [...seals].map(([path, seal]) => ({
            path,
            content: signStatement(payloadOf(seal) ?? Buffer.alloc(0), { signer }),
          })),
        ),
      compression: 'none',
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of unlogged) chunks.push(chunk);
    const { status, lacking } = await verifyCapsule(Buffer.concat(chunks), { trust });
    expect([status, ...lacking.map(({ file, check }) => `${file} ${check}`)]).toEqual([
      'unverifiable',
      'manifest.sigstore.json log',
      'verdict.sigstore.json log',
    ]);
  });

  test('is invalid with a member or a seal removed, and names it', async () => {
    const capsule = await pack(decision);
    for (const file of [...MEMBERS, ...SEALS]) {
      const { status, faults } = await verifyCapsule(without(capsule, file), { trust });
      expect([status, faults[0]?.file, faults[0]?.check], file).toEqual(['invalid', file, 'missing']);
    }
  });

  test('is invalid when its documents are of another decision, whoever signed it', async () => {
    const swapped = forged(decision, policyOf(9.9), { updateInput: false });
    const { status, faults } = await verifyCapsule(await pack(swapped), { trust });
    expect(status).toBe('invalid');
    expect(faults).toContainEqual(expect.objectContaining({ file: 'policy.yaml', check: 'decision-input' }));
  });

  test('is invalid when a statement of another capsule is put in', async () => {
    const mixed = { ...decision, inputDigest: decideWith({ environment: 'prod' }).inputDigest };
    const { faults } = await verifyCapsule(await pack(mixed), { trust });
    expect(faults.map(({ file, check }) => `${file} ${check}`)).toEqual([
      'manifest.sigstore.json statement',
      'verdict.sigstore.json statement',
    ]);
  });

  test('nothing but garbage is invalid, never an error', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('garbage'), Buffer.alloc(5000)]) {
      expect((await verifyCapsule(bytes, { trust })).status).toBe('invalid');
      expect(await replayCapsule(bytes, { trust })).toMatchObject({ status: 'failed', code: 'CAPSULE_UNREADABLE' });
    }
  });
});

describe('a replay', () => {
  const { trust, pack } = newSeal();
  const decision = decideWith({ exceptions: excepted() });

  test('gives the recorded verdict to the byte', async () => {
    expect(await replayCapsule(await pack(decision), { trust })).toEqual({
      status: 'identical',
      verdictDigest: decision.verdictDigest,
      recordedDigest: decision.verdictDigest,
      outcome: 'allow',
      differences: [],
      record: 'verified',
    });
  });

  test('needs no recorded verdict: the signed statement knows its digest', async () => {
    const capsule = without(await pack(decision), 'verdict.json');
    expect(await replayCapsule(capsule, { trust })).toMatchObject({
      status: 'identical',
      verdictDigest: decision.verdictDigest,
      record: 'verified',
    });
  });

  test('goes by the recorded time: a lapsed exception still counts there, and no longer in a new decision', async () => {
    expect((await replayCapsule(await pack(decision))).status).toBe('identical');
    const yearOn = decideWith({ exceptions: excepted(), evaluatedAt: '2027-06-01T12:00:00.000Z' });
    expect([decision.verdict.outcome, yearOn.verdict.outcome]).toEqual(['allow', 'deny']);
  });

  test('of a changed threshold is a mismatch that names it, although a trusted key signed it', async () => {
    for (const updateInput of [true, false]) {
      const capsule = await pack(forged(decideWith(), policyOf(9.9), { updateInput }));
      const replay = await replayCapsule(capsule, { trust });
      expect(replay).toMatchObject({ status: 'mismatch', outcome: 'allow', record: 'verified' });
      expect(replay.differences).toContainEqual({ path: 'policy.params.threshold', recorded: 7, replayed: 9.9 });
      expect(replay.differences).toContainEqual({ path: 'outcome', recorded: 'deny', replayed: 'allow' });
      const named = replay.differences.map(({ path }) => path);
      expect(named.includes('decision-input.policy')).toBe(!updateInput);
      const withoutVerdict = await replayCapsule(without(capsule, 'verdict.json'), { trust });
      expect(withoutVerdict.status).toBe('mismatch');
      expect(withoutVerdict.differences.map(({ path }) => path)).toEqual(
        updateInput ? ['verdict.json'] : ['decision-input.policy', 'verdict.json'],
      );
    }
  });

  test('of rules that this release does not have fails and names them', async () => {
    const input = { ...decision.input, semantics: { ...decision.input.semantics, policy: 2 } };
    const replay = await replayCapsule(await pack({ ...decision, input }), { trust });
    expect(replay).toMatchObject({
      status: 'failed',
      code: 'ENGINE_VERSION_UNAVAILABLE',
      detail: 'version 2 of the policy rules is needed, here is 1',
    });
  });

  test('of evidence that this release does not weigh fails rather than pass it over', async () => {
    const input = { ...decision.input, approvals: digestOf('approvals') };
    const replay = await replayCapsule(await pack({ ...decision, input }), { trust });
    expect(replay).toMatchObject({ status: 'failed', code: 'DECISION_INPUT_INVALID' });
  });

  test('refuses a record that no trusted key signed', async () => {
    const capsule = await pack(decision);
    const { trust: other } = newSeal();
    expect(await replayCapsule(capsule, { trust: other })).toMatchObject({
      status: 'failed',
      code: 'SEAL_UNVERIFIABLE',
    });
    const bare = without(capsule, 'verdict.sigstore.json');
    expect(await replayCapsule(bare, { trust })).toMatchObject({ status: 'failed', code: 'SEAL_MISSING' });
    expect((await replayCapsule(bare)).status).toBe('identical');
    const nothing = without(bare, 'verdict.json');
    expect(await replayCapsule(nothing)).toMatchObject({ status: 'failed', code: 'RECORDED_VERDICT_MISSING' });
  });
});

describe('a comparison of capsules', () => {
  const { pack } = newSeal();

  test('of one decision with itself finds nothing', async () => {
    const capsule = await pack(decideWith());
    const { decision, outcome, inventory, findings, vex, ...lists } = await diffCapsules(capsule, capsule);
    expect(decision.before).toBe(decision.after);
    expect([outcome.before, inventory.added, findings.added, findings.changed, vex.added]).toEqual([
      'deny',
      [],
      [],
      [],
      [],
    ]);
    expect(Object.values(lists).filter(Array.isArray).flat()).toEqual([]);
  });

  test('tells what changed: package, findings, VEX, policy, exceptions, environment', async () => {
    const before = await pack(decideWith());
    const fixed = await diffCapsules(before, await pack(decideWith({ inventory: inventoryOf('1.2.0') })));
    expect(fixed.outcome).toEqual({ before: 'deny', after: 'allow' });
    expect(fixed.inventory.changed.map(({ before: b, after: a }) => [b.version, a.version])).toEqual([
      ['1.0.0', '1.2.0'],
    ]);
    expect(fixed.findings.removed.map(({ vulnerability }) => vulnerability)).toEqual(['CVE-2026-90001']);

    const judged = await diffCapsules(before, await pack(decideWith({ vexSet: notAffected() })));
    expect(judged.vex.added).toEqual(notAffected().documents.map(({ digest }) => digest));
    expect(judged.findings.changed[0]?.differences.map(({ path }) => path)).toEqual(['vex']);

    const stricter = await diffCapsules(
      before,
      await pack(decideWith({ policyBytes: policyOf(5), environment: 'prod' })),
    );
    expect(stricter.policy).toContainEqual({ path: 'params.threshold', before: 7, after: 5 });
    expect(stricter.input).toEqual([{ path: 'environment', before: null, after: 'prod' }]);

    const lifted = await diffCapsules(before, await pack(decideWith({ exceptions: excepted() })));
    expect(lifted.exceptions.map(({ path }) => path)).toEqual(['[EX-1]']);
    expect(lifted.reasons).toHaveLength(1);
  });
});

test('a capsule that cannot be read is named by its file, and the one of two that is compared', async () => {
  const whole = await newSeal().pack(decideWith());
  await expect(readCapsule(Buffer.alloc(0), 'a.tar.zst')).rejects.toMatchObject({
    code: 'CAPSULE_UNREADABLE',
    place: { file: 'a.tar.zst/manifest.json' },
  });
  await expect(diffCapsules(whole, Buffer.alloc(0), { before: 'a', after: 'b' })).rejects.toMatchObject({
    place: { file: 'b/manifest.json' },
  });
});

test('what is read from a capsule is what went in', async () => {
  const decision = decideWith();
  const capsule = await readCapsule(await newSeal().pack(decision));
  expect(capsule.input).toEqual(decision.input);
  expect(capsule.signedVerdict).toBe(decision.verdictDigest);
  expect(canonicalBytes(capsule.verdict)).toEqual(decision.verdictBytes);
  expect(capsule.input.subject.digest).toBe(IMAGE);
});
