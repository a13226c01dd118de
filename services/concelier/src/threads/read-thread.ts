import { workerData } from 'node:worker_threads';
import { type RecordBatch, recordBatches } from '../domain/record-batches.ts';
import { serveThread } from './serve-thread.ts';

// Parsing and hashing of thousands of records would stall whoever else the process answers.
const batches = recordBatches((workerData as { readonly path: string }).path);

serveThread<'next', RecordBatch | null>(
  async () => {
    const { done, value } = await batches.next();
    return done === true ? null : value;
  },
  (batch) => (batch === null ? [] : [batch.bytes.buffer]),
);
