import { generateKey, signStatement, trustedKey, trustedLog, type TrustMaterial } from '@stella-ops/engine-envelope';
import { canonicalJson, type Digest, digestOf } from '@stella-ops/engine-kernel';
import { memoryLog } from '@stella-ops/testkit';
import { AuditChain } from '../audit/audit-chain.ts';
import { type AuditExport, auditStatement, packAudit } from '../audit/audit-export.ts';

const START: Digest = `sha256:${'0'.repeat(64)}`;

const TENANT = '0199a1b2-0000-7000-8000-00000000000a';

/** A trail of so many entries, each as it is hashed. Another person is another history. */
export function trailOf(count: number, { tenantId = TENANT, person = 'Rosa' } = {}): string[] {
  const lines: string[] = [];
  let previous = START;
  for (let sequence = 1; sequence <= count; sequence++) {
    const line = canonicalJson({
      id: `entry-${sequence}`,
      tenantId,
      at: `2026-01-01T00:00:${String(sequence % 60).padStart(2, '0')}.000Z`,
      actor: { kind: 'user', id: 'u-1', name: person },
      action: 'releases.promotions.approve',
      target: { type: 'promotion', id: `p-${sequence}` },
      outcome: 'done',
      details: { reason: `because of ${sequence} – naïve` },
      sequence,
      previous,
    });
    lines.push(line);
    previous = digestOf(line);
  }
  return lines;
}

export interface Auditor {
  readonly trust: TrustMaterial;
  readonly attest: (statement: Uint8Array) => Buffer;
}

export function newAuditor(): Auditor {
  const signer = generateKey('p256');
  const log = memoryLog();
  return {
    trust: { keys: [trustedKey(signer)], logs: [trustedLog(log)] },
    attest: (statement) => signStatement(Buffer.from(statement), { signer, log }),
  };
}

export const contentOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''));

/** What an honest server says of these entries. */
export function exportOf(lines: readonly string[]): AuditExport {
  const chain = new AuditChain();
  for (const line of lines) chain.accept(Buffer.from(line));
  if (chain.range === undefined) throw new Error('an export has entries');
  const content = contentOf(lines);
  return {
    range: chain.range,
    entriesDigest: digestOf(content),
    entriesSizeBytes: content.length,
    exportedAt: '2026-02-01T00:00:00.000Z',
    exportedBy: { id: 'u-2', name: 'Sam' },
  };
}

/**
 * A package with these lines in it.
 *
 * @param seal the signature in it; left out: over exactly these lines
 */
export async function auditPackage(auditor: Auditor, lines: readonly string[], seal?: Uint8Array): Promise<Buffer> {
  const content = contentOf(lines);
  const about = { ...exportOf(lines), entriesDigest: digestOf(content), entriesSizeBytes: content.length };
  const chunks: Uint8Array[] = [];
  const archive = packAudit(about, seal ?? auditor.attest(auditStatement(about)), () => chunksOf(content));
  for await (const chunk of archive) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** In chunks whose ends fall into lines. */
export async function* chunksOf(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
