// A process for signer-crash.test.ts: rotates the key of a tenant and kills itself just before or just after the commit.
import { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { type Database, type DatabaseOptions, openDatabase } from '@stella-ops/platform/database';
import { service as signer } from '@stella-ops/service-signer';
import { openServiceRig } from '@stella-ops/testkit/server';

const [options = '', secretsDir = '', tenantId = '', phase = ''] = process.argv.slice(2);
const database = await openDatabase(JSON.parse(options) as DatabaseOptions);
const die = () => process.kill(process.pid, 'SIGKILL');

/** Whether a transaction is that of the rotation: nothing else of this program may be what dies. */
const isRotation = (): boolean => (new Error('where').stack ?? '').includes('rotate-key.ts');

const killed: Database = {
  ...database,
  withTenant: async (id, work, more) => {
    if (more?.isReadOnly === true || !isRotation()) return database.withTenant(id, work, more);
    const result = await database.withTenant(
      id,
      async (tx: Parameters<typeof work>[0]) => {
        const done = await work(tx);
        if (phase === 'before') die();
        return done;
      },
      more,
    );
    if (phase === 'after') die();
    return result;
  },
};

const rig = await openServiceRig({ services: [signer], database: killed, config: { signer: { secretsDir } } });
const client = rig.as(SIGNER_ROUTES, { tenantId });
const { keyHint } = (await client.sign({ body: { payloadType: 'text/plain', payload: 'eA==' } })).body;
await client.rotateKey({ body: { retire: keyHint } });
await rig.close();
await database.close();
