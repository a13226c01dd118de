import type { VexComponent, VexProduct } from '../types.ts';
import type { RawComponent, RawProduct, RawStatement } from './shapes.ts';

/** The products of a statement. Subcomponents of the statement (0.0.1) belong to each product that has none of its own. */
export function readProducts(raw: RawStatement): VexProduct[] {
  const shared = (raw.subcomponents ?? []).map(readComponent);
  return (raw.products ?? []).map((product) => readProduct(product, shared));
}

function readProduct(raw: RawProduct, shared: readonly VexComponent[]): VexProduct {
  const own = typeof raw === 'string' ? [] : (raw.subcomponents ?? []);
  return { ...readComponent(raw), subcomponents: own.length === 0 ? shared : own.map(readComponent) };
}

const SHA256 = /^(?:sha256:)?([0-9a-f]{64})$/;

function readComponent(raw: RawComponent): VexComponent {
  if (typeof raw === 'string') return { identifiers: [raw] };
  const { '@id': id, identifiers, hashes } = raw;
  const names = new Set([id, identifiers?.purl].filter((name) => name !== undefined));
  // The specification writes `sha-256`; tools also write `sha256`.
  const hash = SHA256.exec((hashes?.['sha-256'] ?? hashes?.['sha256'] ?? '').toLowerCase())?.[1];
  return { identifiers: [...names], ...(hash === undefined ? {} : { sha256: hash }) };
}
