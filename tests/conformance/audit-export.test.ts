import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditStatement } from '@stella-ops/engine-capsule';
import { writeTrust } from '@stella-ops/engine-envelope';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditPackage, exportOf, newAuditor, trailOf } from '../../engine/capsule/src/testing/audit.ts';
import type { AuditFiles } from '../../apps/cli/src/audit-files.ts';
import { runCli } from '../../apps/cli/src/run-cli.ts';
import { testContext } from '../../apps/cli/src/testing/test-context.ts';

const auditor = newAuditor();
const trail = trailOf(30);
const TRUST = ['--trusted-root', 'root.json'];
let cwd: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'stella-audit-files-'));
  const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(cwd, name), content);
  write('root.json', writeTrust(auditor.trust));
  write('others.json', writeTrust(newAuditor().trust));
  write('one.audit', await auditPackage(auditor, trail.slice(0, 10)));
  write('two.audit', await auditPackage(auditor, trail.slice(10, 20)));
  write('three.audit', await auditPackage(auditor, trail.slice(21)));
  write('stranger.audit', await auditPackage(auditor, trailOf(20, { tenantId: 'another tenant' }).slice(10)));
  write('fork.audit', await auditPackage(auditor, trailOf(20, { person: 'Ruth' }).slice(10)));
  const seal = auditor.attest(auditStatement(exportOf(trail.slice(0, 10))));
  write('short.audit', await auditPackage(auditor, trail.slice(0, 9), seal));
});
afterAll(() => rmSync(cwd, { recursive: true }));

const verify = (...words: string[]) => runCli(['audit', 'verify', ...words], testContext({ cwd }));
const files = (...names: string[]): string[] => names.flatMap((name) => ['--file', name]);

test('an export is verified without a server and without a login', async () => {
  const { exit, stdout, stderr } = await verify(...files('one.audit'), ...TRUST);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  expect(stdout).toContain('VERIFIED');
  expect(stdout).toContain('1 to 10');
  expect(stdout).toContain('2026-02-01T00:00:00.000Z by Sam');
});

test('exports that follow each other are one trail; a gap, another order and another tenant are said', async () => {
  const good = await verify(...files('one.audit', 'two.audit'), ...TRUST);
  expect(good).toMatchObject({ exit: 0 });
  expect(good.stdout).toContain('each begins where the one before it ended');
  for (const [names, sentence] of [
    [['two.audit', 'three.audit'], 'three.audit does not follow two.audit: one ends at 20, the other begins at 22'],
    [['two.audit', 'one.audit'], 'one.audit does not follow two.audit: one ends at 20, the other begins at 1'],
    [['one.audit', 'stranger.audit'], 'stranger.audit does not follow one.audit: it is of another tenant'],
    [
      ['one.audit', 'fork.audit'],
      'fork.audit does not follow one.audit: it hangs on another entry than the last of that',
    ],
  ] as const) {
    const { exit, stdout } = await verify(...files(...names), ...TRUST, '--format', 'json');
    const { status, gaps, exports } = JSON.parse(String(stdout)) as AuditFiles;
    expect({ exit, status, gaps }).toEqual({ exit: 3, status: 'invalid', gaps: [sentence] });
    expect(exports.map((one) => one.status)).toEqual(['verified', 'verified']);
  }
});

test('one that was cut short is invalid; one without trust is unverifiable; both exit 3', async () => {
  const short = await verify(...files('short.audit'), ...TRUST);
  expect(short).toMatchObject({ exit: 3 });
  expect(short.stdout).toContain('INVALID');
  expect(short.stdout).toContain('last was signed as 10, the entries say 9');
  for (const trust of [[], ['--trusted-root', 'others.json']]) {
    const { exit, stdout } = await verify(...files('one.audit'), ...trust);
    expect({ exit, isTold: String(stdout).startsWith('UNVERIFIABLE') }).toEqual({ exit: 3, isTold: true });
  }
  const both = await verify(...files('one.audit', 'short.audit'), ...TRUST, '--format', 'json');
  expect(JSON.parse(String(both.stdout))).toMatchObject({ status: 'invalid' });
});

test('what is not there, and what does not go together, is said', async () => {
  expect(await verify(...files('nothing.audit'), ...TRUST)).toMatchObject({ exit: 4 });
  expect(await verify(...files('.'), ...TRUST)).toMatchObject({ exit: 2, stdout: '' });
  expect(await verify(...files('one.audit'), '--server', 'http://127.0.0.1:1')).toMatchObject({ exit: 2 });
  expect(await verify(...TRUST)).toMatchObject({ exit: 2 });
  expect(await runCli(['audit', 'export', '--output', 'x', '--first', '0'], testContext({ cwd }))).toMatchObject({
    exit: 2,
  });
});
