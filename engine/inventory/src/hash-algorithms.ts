import type { Component } from './types.ts';

export type Hash = NonNullable<Component['hashes']>[number];

interface Algorithm {
  readonly id: string;
  readonly cyclonedx?: string;
  readonly spdx: string;
  /** Length of the value in hex digits, where CycloneDX asks for one. */
  readonly digits?: number;
}

const ALGORITHMS: readonly Algorithm[] = [
  { id: 'md5', cyclonedx: 'MD5', spdx: 'MD5', digits: 32 },
  { id: 'sha1', cyclonedx: 'SHA-1', spdx: 'SHA1', digits: 40 },
  { id: 'sha224', spdx: 'SHA224', digits: 56 },
  { id: 'sha256', cyclonedx: 'SHA-256', spdx: 'SHA256', digits: 64 },
  { id: 'sha384', cyclonedx: 'SHA-384', spdx: 'SHA384', digits: 96 },
  { id: 'sha512', cyclonedx: 'SHA-512', spdx: 'SHA512', digits: 128 },
  { id: 'sha3-256', cyclonedx: 'SHA3-256', spdx: 'SHA3-256', digits: 64 },
  { id: 'sha3-384', cyclonedx: 'SHA3-384', spdx: 'SHA3-384', digits: 96 },
  { id: 'sha3-512', cyclonedx: 'SHA3-512', spdx: 'SHA3-512', digits: 128 },
  { id: 'blake2b-256', cyclonedx: 'BLAKE2b-256', spdx: 'BLAKE2b-256', digits: 64 },
  { id: 'blake2b-384', cyclonedx: 'BLAKE2b-384', spdx: 'BLAKE2b-384', digits: 96 },
  { id: 'blake2b-512', cyclonedx: 'BLAKE2b-512', spdx: 'BLAKE2b-512', digits: 128 },
  { id: 'blake3', cyclonedx: 'BLAKE3', spdx: 'BLAKE3', digits: 64 },
];

const BY_ID = new Map(ALGORITHMS.map((algorithm) => [algorithm.id, algorithm]));
const BY_NAME = new Map(
  ALGORITHMS.flatMap(({ id, cyclonedx, spdx }) => [
    [spdx, id],
    [cyclonedx ?? spdx, id],
  ]),
);
const HEX = /^[0-9a-fA-F]+$/;

/** Name of the algorithm in a standard, or undefined when that standard cannot carry this hash: it then goes into an extension. */
export function standardName(hash: Hash, standard: 'cyclonedx' | 'spdx'): string | undefined {
  const algorithm = BY_ID.get(hash.algorithm);
  return hash.value.length === algorithm?.digits && HEX.test(hash.value) ? algorithm[standard] : undefined;
}

/** Our lower-case id of an algorithm that CycloneDX or SPDX names; a name outside their lists stays as it is. */
export function algorithmId(name: string): string {
  return BY_NAME.get(name) ?? name;
}
