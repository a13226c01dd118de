import { type BundleReading, readBundleStream } from '@stella-ops/engine-archive';
import { PREDICATE_TYPES, readStatement, type TrustMaterial, verifyBundle } from '@stella-ops/engine-envelope';
import { decode, isObject, shape as s, type Timestamp } from '@stella-ops/engine-kernel';
import { type CapsuleFault, payloadOf } from '../open-capsule.ts';
import type { CapsuleCheck } from '../verify-capsule.ts';
import { AuditChain, type AuditRange } from './audit-chain.ts';
import { AUDIT_ENTRIES, AUDIT_KIND, AUDIT_SEAL, auditStatement } from './audit-export.ts';
import { LineReader } from './line-reader.ts';

export interface AuditVerification {
  /**
   * `verified`: every entry follows the one before it, and a trusted key signed exactly these, as a trusted log holds.
   * `invalid`: something is wrong. `unverifiable`: nothing is, but trust to tell by is lacking.
   */
  readonly status: 'verified' | 'invalid' | 'unverifiable';
  /** What the entries are, up to the first that does not follow. */
  readonly range?: AuditRange;
  /** Believe these of what is `verified` only. */
  readonly exportedAt?: Timestamp;
  readonly exportedBy?: { readonly id: string; readonly name: string };
  readonly faults: readonly CapsuleFault[];
  /** What could not be told, for lack of trust. */
  readonly lacking: readonly CapsuleFault[];
  readonly checks: readonly CapsuleCheck[];
}

const LIMITS = { maxManifestBytes: 1024 ** 2, maxSealBytes: 1024 ** 2 };
const Signed = s.object(
  { exportedBy: s.object({ id: s.string({ max: 1000 }), name: s.string({ max: 1000 }) }) },
  'open',
);

/**
 * Verifies an export of the audit trail without believing anything in it, in constant memory: the archive, the chain from
 * the first entry to the last, and the signature over exactly these entries with its log proof.
 *
 * @param source bytes of the package
 * @param trust whose signatures and which logs count; without it the answer is never better than `unverifiable`
 * @throws only what the source throws
 */
export async function verifyAudit(
  source: AsyncIterable<Uint8Array>,
  options: { readonly trust?: TrustMaterial } = {},
): Promise<AuditVerification> {
  const chain = new AuditChain();
  const faults: CapsuleFault[] = [];
  const checks: CapsuleCheck[] = [];
  const lacking: CapsuleFault[] = [];
  const step = (name: string, file: string | undefined, sentence: string, found: readonly CapsuleFault[]): void => {
    faults.push(...found);
    const [first] = found;
    const about = file === undefined ? {} : { file };
    checks.push(
      first === undefined
        ? { name, ...about, state: 'passed', detail: sentence }
        : { name, ...about, state: 'failed', detail: first.detail },
    );
  };

  let chainFault: string | undefined;
  const reading = await readBundleStream(source, { sealNames: [AUDIT_SEAL], limits: LIMITS }, ({ path }) => {
    if (path !== AUDIT_ENTRIES) return undefined;
    const lines = new LineReader((line) => {
      chainFault ??= chain.accept(line);
    });
    return {
      write: (chunk) => lines.write(chunk),
      end: () => {
        chainFault ??= lines.end();
      },
    };
  });
  const { range } = chain;
  chainFault ??= range === undefined ? 'there are no entries' : undefined;

  step('archive', undefined, 'every byte is as the manifest and the format ask', archiveFaults(reading));
  const followed = `${range?.entries} entries from ${range?.first} to ${range?.last}, each with the hash of the one before it`;
  step('chain', AUDIT_ENTRIES, followed, chainFault === undefined ? [] : [fault(AUDIT_ENTRIES, 'chain', chainFault)]);

  const seal = reading.seals.get(AUDIT_SEAL);
  let exported: Pick<AuditVerification, 'exportedAt' | 'exportedBy'> = {};
  if (seal === undefined) {
    step('seal', AUDIT_SEAL, '', [fault(AUDIT_SEAL, 'missing', 'the signature is missing')]);
  } else {
    const trust = options.trust ?? { keys: [], logs: [] };
    const expect = { predicateType: PREDICATE_TYPES.audit };
    const verified = verifyBundle(seal, { trust, log: 'required', strict: true, expect });
    for (const { name, state, detail } of verified.checks) checks.push({ name, file: AUDIT_SEAL, state, detail });
    if (!verified.ok) {
      const { name, detail } = verified.failed;
      (verified.status === 'invalid' ? faults : lacking).push(fault(AUDIT_SEAL, name, detail));
    }
    if (range !== undefined && reading.manifest !== undefined) {
      const { exportedBy, found } = compareSigned(payloadOf(seal), range, reading);
      step('derivation', AUDIT_SEAL, 'what was signed is exactly these entries', found);
      if (exportedBy !== undefined) exported = { exportedAt: reading.manifest.created, exportedBy };
    }
  }
  return {
    status: faults.length > 0 ? 'invalid' : lacking.length > 0 ? 'unverifiable' : 'verified',
    ...(range === undefined ? {} : { range }),
    ...exported,
    faults,
    lacking,
    checks,
  };
}

const fault = (file: string, check: string, detail: string): CapsuleFault => ({ file, check, detail });

function archiveFaults({ manifest, faults }: BundleReading): CapsuleFault[] {
  const found = faults.map(({ file, check, detail }) => fault(file, check, detail));
  if (manifest === undefined) return found;
  if (manifest.kind !== AUDIT_KIND) {
    found.push(fault('manifest.json', 'kind', `the bundle is of kind ${manifest.kind}, no export of an audit trail`));
  }
  if (Object.keys(manifest.annotations).length > 0 || manifest.files.map(({ path }) => path).join() !== AUDIT_ENTRIES) {
    found.push(fault('manifest.json', 'unknown', `an export has the file ${AUDIT_ENTRIES} and nothing else`));
  }
  return found;
}

/** The statement is made again from the entries and must be the signed one to the byte. */
function compareSigned(
  payload: Buffer | undefined,
  range: AuditRange,
  { manifest }: BundleReading,
): { readonly exportedBy?: { readonly id: string; readonly name: string }; readonly found: readonly CapsuleFault[] } {
  const wrong = (detail: string) => ({ found: [fault(AUDIT_SEAL, 'statement', detail)] });
  const statement = payload === undefined ? undefined : readStatement(payload);
  if (payload === undefined || statement === undefined || !statement.ok) return wrong('no statement was signed');
  const { predicate } = statement.value;
  const signed = decode(Signed, predicate);
  const [member] = manifest?.files ?? [];
  if (!signed.ok || manifest === undefined || member === undefined) return wrong('what was signed is of another form');
  const { exportedBy } = signed.value;
  const expected = auditStatement({
    range,
    entriesDigest: `sha256:${member.sha256}`,
    entriesSizeBytes: member.size,
    exportedAt: manifest.created,
    exportedBy,
  });
  if (expected.equals(payload)) return { exportedBy, found: [] };
  return wrong(differenceOf(predicate, range) ?? 'what was signed is not these entries');
}

/** Where what was signed and what is there part, for a person. */
function differenceOf(predicate: unknown, { tenantId, ...range }: AuditRange): string | undefined {
  if (!isObject(predicate)) return undefined;
  for (const [name, found] of Object.entries({ tenant: tenantId, ...range })) {
    const said = predicate[name];
    if (said !== found && (typeof said === 'string' || typeof said === 'number')) {
      return `${name} was signed as ${String(said).slice(0, 100)}, the entries say ${found}`;
    }
  }
  return undefined;
}
