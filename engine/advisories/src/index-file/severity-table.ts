import { sortedBy } from '@stella-ops/engine-kernel';
import type { CompiledAdvisory } from '../compile/compile-advisory.ts';
import type { Severity } from '../types.ts';
import { ByteCursor } from './byte-cursor.ts';
import { ByteWriter } from './byte-writer.ts';

export interface NumberedSeverities {
  /** Distinct and in order: most records share a few hundred vectors. */
  readonly severities: readonly Severity[];
  readonly numbersOf: (some: readonly Severity[]) => number[];
}

const keyOf = ({ type, score }: Severity): string => `${type}\0${score}`;

/** Numbers the severities of all records and of their packages. */
export function numberSeverities(advisories: readonly CompiledAdvisory[]): NumberedSeverities {
  const distinct = new Map<string, Severity>();
  for (const { severities, packages } of advisories) {
    for (const severity of severities) distinct.set(keyOf(severity), severity);
    for (const part of packages) for (const severity of part.severities) distinct.set(keyOf(severity), severity);
  }
  const severities = sortedBy(
    distinct.values(),
    ({ type }) => type,
    ({ score }) => score,
  );
  const numbers = new Map(severities.map((severity, number) => [keyOf(severity), number]));
  return { severities, numbersOf: (some) => some.map((severity) => numbers.get(keyOf(severity)) ?? 0) };
}

export function encodeSeverities(ordered: readonly Severity[]): Buffer {
  const writer = new ByteWriter();
  for (const [i, { type, score }] of ordered.entries()) {
    writer.textAfter(ordered[i - 1]?.type ?? '', type);
    writer.textAfter(ordered[i - 1]?.score ?? '', score);
  }
  return writer.bytes();
}

/** @throws AppError `INDEX_DAMAGED` */
export function decodeSeverities(bytes: Buffer): Severity[] {
  const cursor = new ByteCursor(bytes);
  const severities: Severity[] = [];
  while (!cursor.isAtEnd) {
    const last = severities.at(-1);
    severities.push({ type: cursor.textAfter(last?.type ?? ''), score: cursor.textAfter(last?.score ?? '') });
  }
  return severities;
}
