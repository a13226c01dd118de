// `npm start`: the whole product in one process, with a demo tenant. Data lies in .stella; nothing else is touched.
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));
process.argv.push('--set', 'server.isDemo=true', '--set', 'log.level=warn');
await import('../apps/server/src/main.ts');
