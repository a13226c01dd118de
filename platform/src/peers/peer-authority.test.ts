import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openMasterKey, systemClock, systemRandomness } from '../runtime/index.ts';
import { PeerAuthority } from './peer-authority.ts';

const folder = mkdtempSync(join(tmpdir(), 'stella-peers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (now: string) => ({ clock: { ...systemClock, now: () => now }, randomness: systemRandomness });
const authorityOf = (key: string, now: string) =>
  PeerAuthority.open(openMasterKey(join(folder, key), systemRandomness), at(now));
const leafOf = async (authority: PeerAuthority): Promise<X509Certificate> =>
  new X509Certificate((await authority.identity(['policy', 'findings'])).cert);

test('two processes with one master key take each other for their own', async () => {
  const [one, other] = [
    await authorityOf('a', '2026-05-01T00:00:00.000Z'),
    await authorityOf('a', '2026-05-02T00:00:00.000Z'),
  ];
  const leaf = await leafOf(one);
  expect(other.faultOf(leaf.raw)).toBeUndefined();
  const ca = new X509Certificate((await other.identity([])).ca);
  expect(leaf.checkIssued(ca)).toBe(true);
  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.subjectAltName).toBe('URI:urn:stella:service:policy, URI:urn:stella:service:findings');
});

test('the certificate of the authority is the same in every process, to the byte', async () => {
  const [one, other] = await Promise.all(
    ['2026-05-01T00:00:00.000Z', '2027-05-02T00:00:00.000Z'].map(
      async (now) => (await (await authorityOf('a', now)).identity([])).ca,
    ),
  );
  expect(one).toBe(other);
});

test('another master key makes strangers', async () => {
  const leaf = await leafOf(await authorityOf('a', '2026-05-01T00:00:00.000Z'));
  const other = await authorityOf('b', '2026-05-01T00:00:00.000Z');
  expect(other.faultOf(leaf.raw)).toBe('it was made with another master key');
});

test('a certificate counts for thirty days', async () => {
  const leaf = await leafOf(await authorityOf('a', '2026-05-01T00:00:00.000Z'));
  const faultAt = async (now: string) => (await authorityOf('a', now)).faultOf(leaf.raw);
  expect(await faultAt('2026-05-30T23:59:59.000Z')).toBeUndefined();
  expect(await faultAt('2026-05-31T00:00:00.000Z')).toMatch(/^it expired at /);
  expect(await faultAt('2026-04-30T23:54:59.000Z')).toMatch(/^it begins at /);
});

test('what is derived is bound to its purpose, and is not the key', () => {
  const key = openMasterKey(join(folder, 'a'), systemRandomness);
  expect(key.derive('peers')).toHaveLength(32);
  expect(key.derive('peers')).toEqual(openMasterKey(join(folder, 'a'), systemRandomness).derive('peers'));
  expect(key.derive('peers')).not.toEqual(key.derive('other'));
});
