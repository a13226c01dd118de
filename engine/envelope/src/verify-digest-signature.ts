import { createECDH } from 'node:crypto';
import { readPublicKey } from './public-key.ts';

// P-256, SEC 2 section 2.4.2.
const CURVE = 'prime256v1';
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const SCALAR_SIZE = 32;

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/**
 * ECDSA P-256 when only the digest of the message is known, as logs verify. Node's own `verify` hashes what it is given and
 * takes no digest, so the equation is arranged such that its two scalar multiplications are the ones that ECDH has:
 * `R = (r/s)·((e/r)·G + Q)`, equal to `(e/s)·G + (r/s)·Q` of FIPS 186-5 section 6.4.2. Everything here is public.
 *
 * @param spki SPKI DER of an ECDSA P-256 key
 * @param digest 32 bytes
 * @param signature ASN.1 DER
 * @returns false for a wrong or malformed signature, and for an Ed25519 key, whose signatures are not over a digest
 * @throws AppError `KEY_INVALID`, `KEY_UNSUPPORTED`
 */
export function verifyDigestSignature(spki: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const { keyDetails, publicKey } = readPublicKey(spki);
  const scalars = readDerSignature(signature);
  if (keyDetails !== 'PKIX_ECDSA_P256_SHA_256' || digest.length !== SCALAR_SIZE || scalars === undefined) return false;
  const { r, s } = scalars;
  // An SPKI of this curve ends with the point: 0x04, x, y.
  const q: Point = { x: toBigInt(publicKey.subarray(-64, -32)), y: toBigInt(publicKey.subarray(-32)) };
  const e = toBigInt(digest) % N;
  const t = add(multiplyBase((e * inverse(r, N)) % N), q);
  if (t === undefined) return false;
  return multiply(t, (r * inverse(s, N)) % N) % N === r;
}

/** k·G; undefined for the point at infinity. */
function multiplyBase(k: bigint): Point | undefined {
  if (k === 0n) return undefined;
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(toBytes(k));
  const point = ecdh.getPublicKey();
  return { x: toBigInt(point.subarray(1, 33)), y: toBigInt(point.subarray(33)) };
}

/** x of k·T, k from 1 to N - 1. */
function multiply({ x, y }: Point, k: bigint): bigint {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(toBytes(k));
  return toBigInt(ecdh.computeSecret(Buffer.concat([Buffer.from([4]), toBytes(x), toBytes(y)])));
}

/** a + b in affine coordinates, SEC 1 section 2.2.1; undefined is the point at infinity. */
function add(a: Point | undefined, b: Point): Point | undefined {
  if (a === undefined) return b;
  const isSameX = a.x === b.x;
  if (isSameX && a.y !== b.y) return undefined;
  // The curve's coefficient a is -3; the order is odd, so y is never 0.
  const slope = isSameX
    ? mod((3n * a.x * a.x - 3n) * inverse(2n * a.y, P))
    : mod((b.y - a.y) * inverse(mod(b.x - a.x), P));
  const x = mod(slope * slope - a.x - b.x);
  return { x, y: mod(slope * (a.x - x) - a.y) };
}

/** r and s of `SEQUENCE { INTEGER, INTEGER }`, both from 1 to N - 1, in DER and nothing behind it. */
function readDerSignature(bytes: Uint8Array): { readonly r: bigint; readonly s: bigint } | undefined {
  const [tag, length, ...rest] = bytes.subarray(0, 73);
  if (tag !== 0x30 || length !== rest.length || bytes.length !== length + 2) return undefined;
  const r = readInteger(rest, 0);
  if (r === undefined) return undefined;
  const s = readInteger(rest, r.end);
  return s?.end === rest.length ? { r: r.value, s: s.value } : undefined;
}

function readInteger(
  bytes: readonly number[],
  at: number,
): { readonly value: bigint; readonly end: number } | undefined {
  const length = bytes[at + 1] ?? 0;
  const end = at + 2 + length;
  const digits = bytes.slice(at + 2, end);
  const [first = 0x80, second = 0x80] = digits;
  const isMinimal = first !== 0 || second >= 0x80;
  if (bytes[at] !== 0x02 || digits.length !== length || first >= 0x80 || !isMinimal) return undefined;
  const value = toBigInt(Uint8Array.from(digits));
  return value > 0n && value < N ? { value, end } : undefined;
}

/** Extended Euclid; the modulus is prime and `value` no multiple of it. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high] = [((value % modulus) + modulus) % modulus, modulus];
  let [x, y] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [x, y] = [y - quotient * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}

const mod = (value: bigint): bigint => ((value % P) + P) % P;
const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const toBytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(SCALAR_SIZE * 2, '0'), 'hex');
