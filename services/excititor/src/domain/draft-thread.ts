import { parentPort, workerData } from 'node:worker_threads';
import { documentDraft } from './document-draft.ts';

if (parentPort === null) throw new Error('this file is the body of a worker thread');
parentPort.postMessage(documentDraft(workerData as Uint8Array), []);
