import type { Client } from '@stella-ops/contracts';
import type { Image, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { fail } from '../errors.ts';

/** By digest, by the first digits of one as lists show them, or by name; the last scanned one of a name. */
export async function findImage(scanner: Client<typeof SCANNER_ROUTES>, text: string): Promise<Image> {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return (await scanner.getImage({ params: { imageDigest: text } })).body;
  const isShort = /^[0-9a-f]{12,64}$/.test(text);
  let cursor: string | undefined;
  do {
    const page = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const { body } = await scanner.listImages({ query: isShort ? page : { ...page, name: text } });
    const found = body.items.find(({ digest, name }) =>
      isShort ? digest.startsWith(`sha256:${text}`) : name === text,
    );
    if (found !== undefined) return found;
    cursor = body.next ?? undefined;
  } while (cursor !== undefined);
  throw fail('NAME_UNKNOWN', `there is no image "${text.slice(0, 200)}"`, {
    hint: 'Scan it with "stella image scan"; "stella image list" shows what is known.',
  });
}
