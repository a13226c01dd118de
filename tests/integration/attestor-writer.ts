// A process for attestor-crash.test.ts: has statements attested for ever, several at once, and prints each entry that was
// acknowledged, one JSON line each.
import { writeSync } from 'node:fs';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { type DatabaseOptions, openDatabase } from '@stella-ops/platform/database';
import { service as attestor } from '@stella-ops/service-attestor';
import { service as signer } from '@stella-ops/service-signer';
import { openServiceRig } from '@stella-ops/testkit/server';
import { statementAbout } from './attestor-entries.ts';

const [options = '', secretsDir = '', name = ''] = process.argv.slice(2);
const database = await openDatabase(JSON.parse(options) as DatabaseOptions);
const rig = await openServiceRig({
  services: [signer, attestor],
  database,
  config: { signer: { secretsDir }, attestor: { secretsDir } },
});
const client = rig.as(ATTESTOR_ROUTES);
let serial = 0;
const attestForEver = async (): Promise<void> => {
  for (;;) {
    const statement = statementAbout(`${name} ${++serial}`).toString('base64');
    const { bundle } = (await client.attest({ body: { statement } })).body;
    // Straight to the descriptor: a buffered line would be lost with the process although its entry was acknowledged.
    writeSync(1, `${JSON.stringify({ statement, bundle })}\n`);
  }
};
await Promise.all(Array.from({ length: 6 }, attestForEver));
