import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  type BackupRecord,
  installationOf,
  resetInstallation,
  restoreBackup,
  writeBackup,
} from '@stella-ops/app-server/backup';
import { bundleBytes, packBundle, readBundle } from '@stella-ops/engine-archive';
import { canonicalBytes } from '@stella-ops/engine-kernel';
import { openDatabase } from '@stella-ops/platform/database';
import { killAfterLines, temporaryFolder } from '@stella-ops/testkit';
import { runServerProcess, startTestServer } from '@stella-ops/testkit/product';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/** A start of a server, several times, on a machine that does other things too. */
const LONG = { timeout: 300_000 };
const NOW = '2026-03-01T12:00:00.000Z';
const MAIN = join(import.meta.dirname, '..', '..', 'apps', 'server', 'src', 'main.ts');
const UNTIL = join(import.meta.dirname, 'restore-until.ts');

/** One stopped installation and its backup; no test changes them. */
let home: string;
let original: string;
let archive: string;
let plain: Buffer;
/** Of one test. */
let folder: string;
let target: string;

const at = (dataDir: string) => installationOf({}, { 'server.dataDir': dataDir });
const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });
const restore = (file: string) => restoreBackup({ installation: at(target), archive: file });

/** A server starts on the folder, and its first administrator signs in. */
async function signInAt(dataDir: string): Promise<void> {
  const server = await startTestServer({ dataDir });
  try {
    await server.signIn('demo', 'admin', server.adminPassword);
  } finally {
    await server.stop();
  }
}

beforeAll(async () => {
  home = temporaryFolder('backup');
  original = join(home, 'original');
  archive = join(home, 'whole.tar.zst');
  await signInAt(original);
  await writeBackup({ installation: at(original), output: archive, withSecrets: true, now: NOW });
  plain = zstdDecompressSync(readFileSync(archive));
}, LONG.timeout);
afterAll(() => rmSync(home, { recursive: true, force: true }));

beforeEach(() => {
  folder = temporaryFolder('backup-case');
  target = join(folder, 'data');
  return () => rmSync(folder, { recursive: true, force: true });
});

const files = async (): Promise<Map<string, Buffer>> => new Map((await readBundle(plain, { sealNames: [] })).files);
const packed = async (kind: string, contents: ReadonlyMap<string, Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  const sources = [...contents].map(([path, bytes]) => bundleBytes(path, bytes));
  for await (const chunk of packBundle({ kind, created: NOW, files: sources, compression: 'none' })) chunks.push(chunk);
  return Buffer.concat(chunks);
};

describe('a backup', LONG, () => {
  test('is for its owner alone, and has its name only when it is whole', () => {
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    expect(readdirSync(home).sort()).toEqual(['original', 'whole.tar.zst']);
  });

  test('is refused while a server runs, and leaves nothing behind', async () => {
    cpSync(original, target, { recursive: true });
    const server = await startTestServer({ dataDir: target });
    try {
      const output = join(folder, 'b.tar.zst');
      await expect(writeBackup({ installation: at(target), output, withSecrets: false, now: NOW })).rejects.toThrow(
        code('DATABASE_LOCKED'),
      );
      await expect(resetInstallation(at(target))).rejects.toThrow(code('DATABASE_LOCKED'));
      expect(readdirSync(folder)).toEqual(['data']);
    } finally {
      await server.stop();
    }
  });

  test('has no secret unless told, and a server without the key does not start with another one', async () => {
    const output = join(folder, 'b.tar.zst');
    const installation = at(original);
    const { manifest } = await writeBackup({ installation, output, withSecrets: false, now: NOW });
    expect(manifest.files.filter(({ path }) => !/^(?:backup\.json|database\/|objects\/)/.test(path))).toEqual([]);
    expect(await restore(output)).toMatchObject({ hasMasterKey: false });
    const ending = await runServerProcess({ dataDir: target });
    expect(ending).toMatchObject({ exit: 1, stdout: '' });
    expect(ending.stderr).toContain(`the master key ${join(target, 'secrets', 'master-key')} is not there`);

    writeFileSync(join(target, 'secrets', 'master-key'), readFileSync(join(original, 'secrets', 'master-key')));
    writeFileSync(join(target, 'secrets', 'admin-password'), readFileSync(join(original, 'secrets', 'admin-password')));
    await signInAt(target);
  });

  test('holds configuration files with the secrets, and a restore lays them aside', async () => {
    const settings = join(folder, 'stella.yaml');
    writeFileSync(settings, `server: { dataDir: ${original} }\n`);
    const output = join(folder, 'b.tar.zst');
    const installation = installationOf({ STELLA_CONFIG: settings }, {});
    await writeBackup({ installation, output, withSecrets: true, now: NOW });
    await restore(output);
    expect(readFileSync(join(target, 'configuration', 'stella.yaml'), 'utf8')).toBe(readFileSync(settings, 'utf8'));
  });

  test('of an object that the disk has changed is refused, with the file', async () => {
    cpSync(original, target, { recursive: true });
    const tenant = '00000000-0000-7000-8000-000000000001';
    const object = join(target, 'objects', 'tenants', tenant, 'uploads', 'sha256', 'ab', 'ab'.repeat(32));
    mkdirSync(join(object, '..'), { recursive: true });
    writeFileSync(object, 'other bytes');
    const output = join(folder, 'b.tar.zst');
    const made = writeBackup({ installation: at(target), output, withSecrets: false, now: NOW });
    await expect(made).rejects.toMatchObject({ code: 'BACKUP_OBJECT_CORRUPT', place: { file: object } });
    expect(readdirSync(folder)).toEqual(['data']);
  });

  test('takes no place that is taken, that is not there, or that goes with the data', async () => {
    const taken = join(folder, 'taken');
    writeFileSync(taken, 'mine');
    for (const output of [taken, join(folder, 'none', 'b'), join(original, 'b')]) {
      const made = writeBackup({ installation: at(original), output, withSecrets: false, now: NOW });
      await expect(made, output).rejects.toThrow(code('BACKUP_OUTPUT_INVALID'));
    }
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    const nothing = writeBackup({ installation: at(target), output: join(folder, 'b'), withSecrets: false, now: NOW });
    await expect(nothing).rejects.toThrow(code('DATA_MISSING'));
    expect(existsSync(target)).toBe(false);
  });
});

describe('an archive that is not what was written is refused before anything is', LONG, () => {
  const refused = async (bytes: Uint8Array, member?: string): Promise<string> => {
    const file = join(folder, 'altered.tar.zst');
    writeFileSync(file, bytes);
    const error: unknown = await restore(file).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'BACKUP_BROKEN', exit: 3, place: { file } });
    if (member !== undefined) expect(error).toMatchObject({ place: { pointer: `/${member}` } });
    expect(existsSync(target)).toBe(false);
    return (error as Error).message;
  };
  test('cut off anywhere', async () => {
    const whole = readFileSync(archive);
    for (const length of [0, 10, Math.floor(whole.length / 2), whole.length - 1])
      expect(await refused(whole.subarray(0, length)), `${length} bytes`).toContain('is not a whole backup');
  });

  test('a file changed in it, by its name', async () => {
    const changed = Buffer.from(plain);
    const place = changed.indexOf('PostgreSQL 18\n');
    changed.write('PostgreSQL 17\n', place);
    expect(await refused(zstdCompressSync(changed), 'database/ready')).toContain('database/ready: the digest is not');
  });

  test('another kind of bundle, a name that no backup has, an object under a wrong name, no database', async () => {
    const whole = await files();
    expect(await refused(await packed('capsule', whole))).toContain('it is a capsule');
    for (const path of ['UNFINISHED', 'database.lock', 'secrets/.ssh/id', 'objects/public/facts/a']) {
      expect(await refused(await packed('backup', new Map([...whole, [path, Buffer.from('x')]])), path)).toContain(
        path,
      );
    }
    const object = `objects/tenants/00000000-0000-7000-8000-000000000001/uploads/sha256/ab/${'ab'.repeat(32)}`;
    expect(await refused(await packed('backup', new Map([...whole, [object, Buffer.from('x')]])), object)).toContain(
      'is not what it is called',
    );
    whole.delete('database/ready');
    expect(await refused(await packed('backup', whole), 'database/ready')).toContain('is missing');
  });
});

describe('a restore', LONG, () => {
  test('of a file that is not there says so', async () => {
    await expect(restore(join(folder, 'none'))).rejects.toThrow(code('BACKUP_NOT_FOUND'));
    expect(existsSync(target)).toBe(false);
  });

  test('into a folder with anything in it is refused, and leaves it as it was', async () => {
    mkdirSync(target);
    writeFileSync(join(target, 'notes.txt'), 'mine');
    await expect(restore(archive)).rejects.toThrow(code('DATA_NOT_EMPTY'));
    expect(readdirSync(target)).toEqual(['notes.txt']);
  });

  test('of an embedded database onto PostgreSQL is refused, before anything is written', async () => {
    const env = { STELLA_DATABASE__URL: 'postgres://nobody@127.0.0.1:1/none' };
    const installation = installationOf(env, { 'server.dataDir': target });
    await expect(restoreBackup({ installation, archive })).rejects.toThrow(code('BACKUP_UNFIT'));
    expect(existsSync(target)).toBe(false);
  });

  test.each(['begun', 'unpacking', 'unpacked', 'checked'])(
    'that was killed at "%s" leaves a folder that no server starts on, and that a reset empties for the next',
    async (step) => {
      await killAfterLines([UNTIL, archive, target, step], 1);
      const ending = await runServerProcess({ dataDir: target });
      expect(ending).toMatchObject({ exit: 2, signal: null, stdout: '' });
      expect(ending.stderr).toContain(`error DATA_UNFINISHED: ${target} is not whole: a restore of ${archive}`);
      expect(ending.stderr).toContain('hint: Run "stella-server reset"');
      await expect(restore(archive)).rejects.toThrow(code('DATA_UNFINISHED'));
      const again = writeBackup({ installation: at(target), output: join(folder, 'b'), withSecrets: false, now: NOW });
      await expect(again).rejects.toThrow(code('DATA_UNFINISHED'));

      expect(await resetInstallation(at(target))).toEqual([]);
      if (step !== 'unpacking') return;
      await restore(archive);
      await signInAt(target);
    },
  );

  test('of a changed audit trail ends with its tenant and entry, and no server starts there', async () => {
    const tampered = join(folder, 'tampered');
    cpSync(original, tampered, { recursive: true });
    const database = await openDatabase({ kind: 'embedded', dataDir: join(tampered, 'database') });
    await database.withOwner(async (tx) => {
      await sql`alter table audit.entry no force row level security`.execute(tx);
      await sql`update audit.entry set action = 'nothing.happened' where sequence = 1`.execute(tx);
      await sql`alter table audit.entry force row level security`.execute(tx);
    });
    await database.close();
    const output = join(folder, 'b.tar.zst');
    await writeBackup({ installation: at(tampered), output, withSecrets: false, now: NOW });
    const error: unknown = await restore(output).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATA_NOT_AS_SIGNED', exit: 3 });
    expect((error as Error).message).toBe(
      'audit trail of demo, entry 1: the action beside the entry is not the one that was hashed',
    );
    expect(await runServerProcess({ dataDir: target })).toMatchObject({ exit: 2 });
  });
});

describe('a restore of what is older than its record', LONG, () => {
  test('ends with the chain that lost its end, and no server starts there', async () => {
    const whole = await files();
    const record = JSON.parse(String(whole.get('backup.json'))) as BackupRecord;
    const [end] = record.audit;
    if (end === undefined) throw new Error('there is no audit trail');
    const later = { ...end, sequence: end.sequence + 3 };
    const log = { origin: 'log.example.com', size: 5, root: 'ab'.repeat(32) };
    whole.set('backup.json', canonicalBytes({ ...record, audit: [later], log }));
    const file = join(folder, 'older.tar.zst');
    writeFileSync(file, await packed('backup', whole));
    await expect(restore(file)).rejects.toMatchObject({
      code: 'DATA_NOT_AS_SIGNED',
      message: `audit trail of demo, entry ${end.sequence + 1}: the entry ${end.sequence + 1} is missing; transparency log: there is no log`,
    });
    await expect(restore(file)).rejects.toThrow(code('DATA_UNFINISHED'));
  });

  test('and of another chain with the entry that is another', async () => {
    const whole = await files();
    const record = JSON.parse(String(whole.get('backup.json'))) as BackupRecord;
    const audit = record.audit.map((end) => ({ ...end, hash: `sha256:${'ab'.repeat(32)}` }));
    whole.set('backup.json', canonicalBytes({ ...record, audit }));
    const file = join(folder, 'other.tar.zst');
    writeFileSync(file, await packed('backup', whole));
    const end = record.audit[0]?.sequence;
    await expect(restore(file)).rejects.toMatchObject({
      message: `audit trail of demo, entry ${end}: another entry stood here before`,
    });
  });
});

describe('a reset', LONG, () => {
  test('without a terminal and without --yes deletes nothing; with it what is ours', async () => {
    cpSync(original, target, { recursive: true });
    writeFileSync(join(target, 'notes.txt'), 'mine');
    const asked = spawnSync(process.execPath, [MAIN, 'reset', '--set', `server.dataDir=${target}`], {
      encoding: 'utf8',
    });
    expect(asked).toMatchObject({ status: 2 });
    expect(asked.stdout).toContain('THIS DELETES THE WHOLE INSTALLATION');
    expect(asked.stderr).toContain('error CONFIRMATION_MISSING');
    expect(existsSync(join(target, 'secrets', 'master-key'))).toBe(true);

    expect(await resetInstallation(at(target))).toEqual(['notes.txt']);
    expect(readdirSync(target)).toEqual(['notes.txt']);
    await expect(resetInstallation(at(target))).rejects.toThrow(code('DATA_MISSING'));
  });
});
