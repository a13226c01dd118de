export { collectGarbage, type Collected, type CollectOptions } from './collect-garbage.ts';
export { directoryBlobs } from './directory-blobs.ts';
export { directoryRecords, type RecordStore } from './directory-records.ts';
export { BLOB_ERRORS } from './errors.ts';
export { memoryBlobs } from './memory-blobs.ts';
export type { BlobInfo, BlobStore, GetOptions, PutStreamOptions, StoredBlob } from './types.ts';
