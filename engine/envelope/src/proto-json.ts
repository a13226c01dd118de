import { encodeBase64, isObject, type Shape, shape as s } from '@stella-ops/engine-kernel';

// The JSON mapping of Protocol Buffers (https://protobuf.dev/programming-guides/json/): bytes are base64, 64-bit integers
// are text, timestamps are RFC 3339.

/** Drops members that are null: to Protocol Buffers they are absent. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

interface BytesRule {
  readonly size?: number;
  /** Default 64 MiB. */
  readonly max?: number;
}

/** Standard, padded base64. Equal bytes have one text. */
export function base64(rule: BytesRule = {}): Shape<Buffer> {
  return bytes(rule, (text, decoded) => encodeBase64(decoded) === text);
}

/** Base64 as other writers produce it: url-safe or without padding, too. */
export function anyBase64(rule: BytesRule = {}): Shape<Buffer> {
  return bytes(rule, (text) => /^[A-Za-z0-9+/_-]*={0,2}$/.test(text));
}

function bytes(rule: BytesRule, accepts: (text: string, decoded: Buffer) => boolean): Shape<Buffer> {
  const max = rule.size ?? rule.max ?? 64 * 1024 * 1024;
  const text = s.string({ max: Math.ceil(max / 3) * 4 });
  return (value, pointer, violations) => {
    const before = violations.length;
    const read = text(value, pointer, violations);
    if (violations.length > before) return Buffer.alloc(0);
    const decoded = Buffer.from(read, 'base64');
    if (!accepts(read, decoded)) violations.push({ pointer, message: 'expected base64' });
    else if (rule.size !== undefined && decoded.length !== rule.size) {
      violations.push({ pointer, message: `expected ${rule.size} bytes, found ${decoded.length}` });
    }
    return decoded;
  };
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,18})$/;

/** A 64-bit integer that is not negative, as text or as a number. */
export const int64: Shape<bigint> = (value, pointer, violations) => {
  const isText = typeof value === 'string' && DECIMAL.test(value);
  const isNumber = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  if (isText || isNumber) {
    const read = BigInt(value);
    if (read < 2n ** 63n) return read;
  }
  violations.push({ pointer, message: 'expected an integer of 64 bits' });
  return 0n;
};
