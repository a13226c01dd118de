import type { Violation } from '@stella-ops/engine-kernel';
import type { Diagnostic, DocumentSource } from './diagnostics.ts';

/** A fault of shape as a diagnostic; the kernel tells the kinds apart in the sentence only. */
export function shapeFault(source: DocumentSource, violation: Violation): Diagnostic {
  if (violation.message.startsWith('unknown member')) {
    return source.fault('MEMBER_UNKNOWN', violation.pointer, violation.message, { key: true });
  }
  const code = violation.message.endsWith('is missing') ? 'MEMBER_MISSING' : 'MEMBER_INVALID';
  return source.fault(code, violation.pointer, violation.message);
}
