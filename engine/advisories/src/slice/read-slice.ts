import { decode, shape as s } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { MAX_RECORD_BYTES } from '../osv/read-osv.ts';
import type { Slice } from '../types.ts';

const SliceShape = s.object({
  format: s.literal('stella.slice/v1'),
  inventory: s.digest,
  snapshot: s.digest,
  records: s.array(
    s.object({ id: s.string({ min: 1, max: 256 }), digest: s.digest, raw: s.string({ max: MAX_RECORD_BYTES }) }),
  ),
  coverage: s.array(
    s.object({
      ecosystem: s.string(),
      components: s.integer({ min: 0 }),
      records: s.integer({ min: 0 }),
      state: s.literal('evaluated', 'no-source', 'no-comparator'),
      sentence: s.string(),
    }),
    { max: 10_000 },
  ),
});

/**
 * A slice out of parsed JSON; `matchSlice` checks what its records are.
 *
 * @throws AppError `SLICE_INVALID` that names the first fault
 */
export function readSlice(value: unknown, file: string): Slice {
  const decoded = decode(SliceShape, value);
  if (decoded.ok) return decoded.value;
  const [first] = decoded.violations;
  throw fail('SLICE_INVALID', `not a slice: ${first?.pointer || '/'}: ${first?.message}`, {
    place: { file, pointer: first?.pointer ?? '' },
    details: { violations: decoded.violations },
  });
}
