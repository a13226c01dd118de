import { makeCluster } from './engine.ts';

// The body of a process of its own: whoever ran initdb keeps some 200 MB of it until it ends.
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('the directory is missing');
await makeCluster(directory);
