import { bytesOfBase64 } from './base64.ts';

/**
 * Whether a key signed bytes. ECDSA signatures are DER as everywhere outside of WebCrypto, which wants r and s side by
 * side.
 *
 * @returns undefined for keys that this browser cannot use
 */
export async function isSigned(
  key: { readonly rawBytes: string; readonly keyDetails: string },
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean | undefined> {
  const spki = bytesOfBase64(key.rawBytes);
  if (spki === undefined) return undefined;
  try {
    if (key.keyDetails === 'PKIX_ED25519') {
      const ed25519 = await crypto.subtle.importKey('spki', spki, 'Ed25519', false, ['verify']);
      return await crypto.subtle.verify('Ed25519', ed25519, signature, signed);
    }
    if (key.keyDetails !== 'PKIX_ECDSA_P256_SHA_256') return undefined;
    const p256 = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
    const sides = sidesOf(signature);
    return sides !== undefined && (await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, p256, sides, signed));
  } catch {
    return undefined;
  }
}

/** r and s of an ECDSA-Sig-Value (RFC 3279, section 2.2.3), each 32 bytes. */
function sidesOf(der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const sides = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    if (der[at] !== 0x02 || at + 2 + length > der.length) return undefined;
    const digits = der.subarray(at + 2, at + 2 + length);
    const bare = digits[0] === 0 ? digits.subarray(1) : digits;
    if (bare.length > 32) return undefined;
    sides.set(bare, end - bare.length);
    at += 2 + length;
  }
  return at === der.length ? sides : undefined;
}
