import { expect, test } from 'vitest';
import { cosignCommands, filesOf, opensslCommands, stellaCommands } from './verify-commands.ts';

const decision = {
  id: '01a1febf-58dc-7015-8177-85d75ec540bb',
  kind: 'decision',
  subjectId: `sha256:${'ab'.repeat(32)}`,
  capsuleDigest: `sha256:${'cd'.repeat(32)}`,
  predicateType: 'stella.ops/verdict@v1',
  imageDigests: [`sha256:${'ef'.repeat(32)}`],
} as const;
const promotion = {
  ...decision,
  kind: 'promotion',
  subjectId: '01a1febf-531e-7632-a565-77fa27f1be04',
  capsuleDigest: null,
} as const;

test('every file that a command reads is one that the page or an earlier command makes', () => {
  for (const packet of [decision, promotion]) {
    const files = Object.values<string | undefined>({ ...filesOf(packet) }).filter((name) => name !== undefined);
    const made = [
      ...files,
      'verdict.sigstore.json',
      'verdict.json',
      'manifest.sigstore.json',
      'manifest.json',
      'checksums.txt',
      'verify.sh',
      'statement.json',
    ];
    for (const text of [stellaCommands(packet), cosignCommands(packet), opensslCommands(packet)]) {
      const named = text.match(/[A-Za-z0-9.-]+\.(?:json|pub|zst|txt|sh)\b/g) ?? [];
      expect(named.length).toBeGreaterThan(0);
      for (const name of named)
        expect(
          made.map((one) => one.replace(/^\.*/, '')),
          name,
        ).toContain(name.replace(/^\.*/, ''));
    }
  }
});

test('a name that came with the evidence cannot start a command of its own', () => {
  const hostile = { ...promotion, predicateType: "x'; rm -rf ~ #", subjectId: '$(reboot)' };
  for (const text of [stellaCommands(hostile), cosignCommands(hostile), opensslCommands(hostile)]) {
    expect(text).not.toContain('$(reboot)');
    expect(text.replaceAll(`'x'\\''; rm -rf ~ #'`, '')).not.toContain('rm -rf');
  }
});

test('a decision is replayed, the end of a promotion is verified', () => {
  expect(stellaCommands(decision)).toContain('capsule replay decision-abababababab.capsule.tar.zst');
  expect(stellaCommands(promotion)).toContain('bundle verify');
});
