// Restores a backup up to a step, says so, and waits there to be killed.
import { setInterval } from 'node:timers';
import { installationOf, restoreBackup } from '@stella-ops/app-server/backup';

const [archive = '', dataDir = '', until = ''] = process.argv.slice(2);
await restoreBackup({
  installation: installationOf({}, { 'server.dataDir': dataDir }),
  archive,
  reached: (step) => {
    if (step !== until) return Promise.resolve();
    process.stdout.write(`${step}\n`);
    return new Promise(() => setInterval(() => undefined, 60_000));
  },
});
