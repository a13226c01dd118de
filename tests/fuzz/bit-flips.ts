import fc from 'fast-check';

export const seed = Number(process.env['STELLA_TEST_SEED'] ?? Date.now() % 1_000_000);

/** Random bits, one in each of `flips` equal parts. */
export function bitsOf(sizeBytes: number, flips: number): number[] {
  const part = Math.floor((sizeBytes * 8) / flips);
  return fc.sample(fc.nat({ max: part - 1 }), { seed, numRuns: flips }).map((bit, i) => i * part + bit);
}

export function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}
