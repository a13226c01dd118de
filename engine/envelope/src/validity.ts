import { type Timestamp, parseTimestamp } from '@stella-ops/engine-kernel';
import type { Validity } from './trust.ts';

/** Why a time is outside a period, in words; undefined when it is not, or when there is nothing to compare. */
export function outsideOf(validFor: Validity | undefined, at: Timestamp | undefined): string | undefined {
  if (validFor === undefined || at === undefined) return undefined;
  const time = parseTimestamp(at);
  if (validFor.start !== undefined && time < validFor.start) return `valid from ${validFor.start} only`;
  if (validFor.end !== undefined && time > validFor.end) return `no longer valid since ${validFor.end}`;
  return undefined;
}
