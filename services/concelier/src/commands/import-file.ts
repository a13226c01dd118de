import { AppError, type Digest, type Json } from '@stella-ops/engine-kernel';
import type { Transaction } from 'kysely';
import type { BrokenDraft } from '../domain/broken-draft.ts';
import type { RecordBatch } from '../domain/record-batches.ts';
import type { RecordDraft } from '../domain/record-draft.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { raiseVersion } from '../store/feed.ts';
import { addObservations, knownDigests } from '../store/observations.ts';
import { readInThread } from '../threads/read-in-thread.ts';
import type { Commit } from './commit.ts';

export interface ImportedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Of the whole file. */
  readonly digest: Digest;
}

export interface ImportInput {
  readonly tenantId: string;
  readonly file: ImportedFile;
  /** Where the records come from, as it is shown. */
  readonly source: string;
  readonly signal: AbortSignal;
  readonly commit: Commit;
  /** Something else to write with the last batch. */
  readonly finish?: (tx: Transaction<unknown>) => Promise<void>;
  /** In whose name an import that fails half way is recorded. */
  readonly onBehalfOf?: string;
}

export interface ImportReport {
  readonly imported: number;
  readonly unchanged: number;
  readonly broken: readonly BrokenDraft[];
  readonly brokenCount: number;
}

const MAX_BROKEN_LISTED = 100;
/** Whoever sends more does not send records: a list of numbers has half a million in each MB. */
const MAX_BROKEN = 100_000;

/** Records that this tenant has not, their bytes already stored. */
interface Prepared {
  readonly pack: Digest;
  readonly records: readonly RecordDraft[];
}

/**
 * Imports a file of OSV records, a few hundred a transaction, so that neither the database nor the process waits for
 * long. The last transaction holds the audit entry. What was committed before a failure stays, and is recorded too: the
 * same file again finds it unchanged.
 *
 * @throws AppError `ADVISORIES_INVALID` when the container is damaged or no record can be read
 */
export async function importFile(parts: Parts, input: ImportInput): Promise<ImportReport> {
  const { host, clock, record } = parts;
  const { tenantId, source, file } = input;
  const count = { imported: 0, seen: 0, broken: 0 };
  const broken: BrokenDraft[] = [];
  const details = (): Record<string, Json> => ({
    source,
    digest: file.digest,
    imported: count.imported,
    unchanged: count.seen - count.imported,
    broken: count.broken,
  });
  const write = async (tx: Transaction<unknown>, at: string, { pack, records }: Prepared): Promise<void> => {
    const added = await addObservations(tx, { tenantId, source, at, pack, records });
    if (added > 0) await raiseVersion(tx, tenantId);
    count.imported += added;
  };
  let held: Prepared | undefined;
  try {
    for await (const batch of readInThread(file.path, file.sizeBytes, input.signal)) {
      count.seen += batch.records.length + batch.repeated;
      count.broken += batch.broken.length;
      broken.push(...batch.broken.slice(0, MAX_BROKEN_LISTED - broken.length));
      if (count.broken > MAX_BROKEN) {
        throw fail('ADVISORIES_INVALID', `more than ${MAX_BROKEN} records cannot be read`);
      }
      const next = await prepare(parts, tenantId, batch);
      if (next === undefined) continue;
      if (held !== undefined) await commitBatch(held);
      held = next;
    }
    if (count.seen === 0) throw nothingReadable(broken, count.broken);
    await input.commit(async ({ tx, at }) => {
      if (held !== undefined) await write(tx, at, held);
      await input.finish?.(tx);
      return {
        reply: { status: 200, body: undefined },
        target: { type: 'advisory-import', id: file.digest },
        details: details(),
      };
    });
  } catch (error) {
    if (count.imported > 0) {
      await recordFailure(error).catch((cause: unknown) => {
        parts.logger.error('An import that broke off could not be recorded', { error: cause });
      });
    }
    throw ofSource(error, file.path);
  }
  record.records(count.imported, { outcome: 'imported' });
  record.records(count.seen - count.imported, { outcome: 'unchanged' });
  record.records(count.broken, { outcome: 'broken' });
  return { imported: count.imported, unchanged: count.seen - count.imported, broken, brokenCount: count.broken };

  async function commitBatch(batch: Prepared): Promise<void> {
    await host.database.withTenant(tenantId, (tx: Transaction<unknown>) => write(tx, clock.now(), batch));
  }

  async function recordFailure(error: unknown): Promise<void> {
    await host.database.withTenant(tenantId, (tx) =>
      host.audit(tx, {
        tenantId,
        service: 'concelier',
        action: 'concelier.import-broke-off',
        target: { type: 'advisory-import', id: file.digest },
        details: { ...details(), code: error instanceof AppError ? error.code : 'INTERNAL' },
        ...(input.onBehalfOf === undefined ? {} : { onBehalfOf: input.onBehalfOf }),
      }),
    );
  }
}

/** Stores the bytes of what is new; a batch without news gives nothing. */
async function prepare({ host }: Parts, tenantId: string, batch: RecordBatch): Promise<Prepared | undefined> {
  if (batch.records.length === 0) return undefined;
  const digests = batch.records.map(({ digest }) => digest);
  const known = await host.database.withTenant(
    tenantId,
    (tx: Transaction<unknown>) => knownDigests(tx, tenantId, digests),
    { isReadOnly: true },
  );
  const fresh = batch.records.filter(({ digest }) => !known.has(digest));
  if (fresh.length === 0) return undefined;
  const { bytes, records } = fresh.length === batch.records.length ? batch : packed(batch.bytes, fresh);
  const { digest } = await host.objects.tenant(tenantId, 'advisory-documents').put(bytes);
  return { pack: digest, records };
}

function packed(from: Uint8Array, records: readonly RecordDraft[]): { bytes: Uint8Array; records: RecordDraft[] } {
  const parts = records.map(({ offset, length }) => from.subarray(offset, offset + length));
  let at = 0;
  const moved = records.map((record) => {
    const offset = at;
    at += record.length;
    return { ...record, offset };
  });
  return { bytes: Buffer.concat(parts), records: moved };
}

function nothingReadable(broken: readonly BrokenDraft[], count: number): AppError {
  if (count === 0) return fail('ADVISORIES_INVALID', 'there are no records');
  const [first] = broken;
  const why = first === undefined ? '' : `: ${first.place === '' ? '' : `${first.place}: `}${first.message}`;
  const what = count === 1 ? 'the record cannot be read' : `none of ${count} records can be read, the first`;
  return fail('ADVISORIES_INVALID', `${what}${why}`, {
    details: { violations: broken.map(({ place, message }) => ({ pointer: place, message })) },
  });
}

/** Faults of the file are the sender's; everything else passes as it is. */
function ofSource(error: unknown, path: string): unknown {
  if (!(error instanceof AppError) || error.status >= 500 || error.code === 'ADVISORIES_INVALID') return error;
  if (error.place?.file === undefined) return error;
  const { file, ...inside } = error.place;
  const member = file.startsWith(path) ? file.slice(path.length).replace(/^\//, '') : file;
  const where = member === '' ? '' : `${member.slice(0, 300)}: `;
  return fail('ADVISORIES_INVALID', `${where}${error.message}`, { place: inside, cause: error });
}
