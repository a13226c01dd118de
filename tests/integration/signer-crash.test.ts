import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { type DatabaseOptions, openDatabase } from '@stella-ops/platform/database';
import { systemIds } from '@stella-ops/platform/runtime';
import { service as signer } from '@stella-ops/service-signer';
import { describeNeeding, testPostgres } from '@stella-ops/testkit';
import { openServiceRig } from '@stella-ops/testkit/server';

type Phase = 'before' | 'after';

/** Resolves when the process killed itself; rejects with what it printed when it ended in another way. */
function rotateAndDie(options: DatabaseOptions, folder: string, tenantId: string, phase: Phase): Promise<void> {
  const program = join(import.meta.dirname, 'signer-rotator.ts');
  // What a killed process leaves behind goes with the folder.
  const env = { ...process.env, TMPDIR: join(folder, 'temporary') };
  mkdirSync(env.TMPDIR, { recursive: true });
  const args = [program, JSON.stringify(options), join(folder, 'secrets'), tenantId, phase];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve();
      else reject(new Error(`the program ended by itself: ${errors}`));
    });
  });
}

async function expectWhole(make: (folder: string) => DatabaseOptions, phase: Phase): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'stella-signer-crash-'));
  try {
    const options = make(folder);
    const tenantId = systemIds.uuid();
    await rotateAndDie(options, folder, tenantId, phase);
    const database = await openDatabase(options);
    const config = { signer: { secretsDir: join(folder, 'secrets') } };
    const rig = await openServiceRig({ services: [signer], database, config });
    const client = rig.as(SIGNER_ROUTES, { tenantId });
    const keys = async () => (await client.listKeys({})).body.keys;
    const states = (await keys()).map(({ state }) => state);
    expect(states).toEqual(phase === 'before' ? ['active'] : ['retired', 'active']);
    const active = (await keys()).at(-1)?.hint ?? '';
    const { keyHint } = (await client.sign({ body: { payloadType: 'text/plain', payload: 'eA==' } })).body;
    expect(keyHint).toBe(active);
    // The caller got no answer and asks again: where the key was replaced already it hears so, and none is made in vain.
    await client.rotateKey({ body: { retire: active } });
    expect((await keys()).map(({ state }) => state)).toEqual([...states.map(() => 'retired'), 'active']);
    await rig.close();
    await database.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const onDisk = (folder: string): DatabaseOptions => ({ kind: 'embedded', dataDir: join(folder, 'database') });

/** Two processes after each other start with a database of their own. */
const PATIENCE = { timeout: 300_000 };

test.each<Phase>(['before', 'after'])(
  'a process that is killed %s the commit of a rotation leaves one active key on the embedded database',
  PATIENCE,
  (phase) => expectWhole(onDisk, phase),
);

describeNeeding(['postgres'], 'a rotation on PostgreSQL', () => {
  test.each<Phase>(['before', 'after'])('killed %s the commit leaves one active key', PATIENCE, (phase) =>
    expectWhole(() => ({ kind: 'postgres', url: testPostgres().createDatabase() }), phase),
  );
});
