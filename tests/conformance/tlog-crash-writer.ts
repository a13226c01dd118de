// A process for tlog-crash.test.ts: appends for ever and prints what was acknowledged, one JSON line each.
import { writeSync } from 'node:fs';
import { openLocalLog } from '@stella-ops/engine-tlog';

const [file = '', name = ''] = process.argv.slice(2);
const log = openLocalLog({ file, origin: 'crash.example/log', create: true });
for (let i = 0; ; i++) {
  const entry = `${name} ${i}`;
  const { logIndex, treeSize, rootHash } = log.append(Buffer.from(entry));
  // Straight to the descriptor: a buffered line would be lost with the process although its entry was acknowledged.
  writeSync(1, `${JSON.stringify({ entry, logIndex, treeSize, rootHash: rootHash.toString('hex') })}\n`);
}
