import type { Digest } from '@stella-ops/engine-kernel';
import { readAdvisorySources, readOsv, type SourceRecord } from '@stella-ops/engine-advisories';
import { type BrokenDraft, brokenDraft } from './broken-draft.ts';
import { type RecordDraft, recordDraft } from './record-draft.ts';

/** Records that are stored together: their bytes become one object, their rows one transaction. */
export interface RecordBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Distinct by digest. */
  readonly records: readonly RecordDraft[];
  /** Copies of records of this batch. */
  readonly repeated: number;
  readonly broken: readonly BrokenDraft[];
}

export interface BatchLimits {
  readonly records: number;
  readonly bytes: number;
  /** Packages and names: each is a row. */
  readonly rows: number;
}

/** A transaction of some tens of milliseconds, an object that is read in a few. */
export const BATCH_LIMITS: BatchLimits = { records: 400, bytes: 2 * 1024 * 1024, rows: 4_000 };

/**
 * Reads a file of OSV records in batches. A record over the limits makes a batch of its own.
 *
 * @param path its ending tells its kind, as for `readAdvisorySources`
 * @throws AppError what `readAdvisorySources` throws: a damaged container ends the reading
 */
export async function* recordBatches(path: string, limits: BatchLimits = BATCH_LIMITS): AsyncGenerator<RecordBatch> {
  let batch = new OpenBatch();
  for await (const source of readAdvisorySources([path])) {
    batch.add(source, path);
    if (batch.isFull(limits)) {
      yield batch.close();
      batch = new OpenBatch();
    }
  }
  if (!batch.isEmpty()) yield batch.close();
}

class OpenBatch {
  readonly #records = new Map<Digest, RecordDraft>();
  readonly #raw: Uint8Array[] = [];
  readonly #broken: BrokenDraft[] = [];
  #bytes = 0;
  #rows = 0;
  #repeated = 0;

  add({ raw, file, line }: SourceRecord, path: string): void {
    const read = readOsv(raw, file);
    if (!read.ok) {
      this.#broken.push(brokenDraft({ file, violations: read.violations, ...(line !== undefined && { line }) }, path));
      return;
    }
    if (this.#records.has(read.advisory.digest)) {
      this.#repeated++;
      return;
    }
    const draft = recordDraft(read.advisory, this.#bytes, raw.length);
    this.#records.set(draft.digest, draft);
    this.#raw.push(raw);
    this.#bytes += raw.length;
    this.#rows += draft.packages.length + draft.names.length;
  }

  isEmpty(): boolean {
    return this.#records.size === 0 && this.#broken.length === 0;
  }

  isFull(limits: BatchLimits): boolean {
    const count = this.#records.size + this.#repeated + this.#broken.length;
    return count >= limits.records || this.#bytes >= limits.bytes || this.#rows >= limits.rows;
  }

  close(): RecordBatch {
    const bytes = new Uint8Array(this.#bytes);
    let at = 0;
    for (const raw of this.#raw) {
      bytes.set(raw, at);
      at += raw.length;
    }
    return { bytes, records: [...this.#records.values()], repeated: this.#repeated, broken: this.#broken };
  }
}
