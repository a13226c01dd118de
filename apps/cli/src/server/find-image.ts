import type { Client } from '@stella-ops/contracts';
import { type Image, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import type { ArgumentSpec, OptionSpec } from '../command.ts';
import { fail } from '../errors.ts';
import type { Session } from './session.ts';
import { firstOf, wholeList } from './whole-list.ts';

/** What {@link findImage} takes. */
export const IMAGE_ARGUMENT: ArgumentSpec = {
  name: 'image',
  summary: 'digest, its first 12 digits, or a name',
  arity: 'one',
};

/** What narrows a list to one image; {@link digestOfImage} takes it. */
export const IMAGE_OPTION = {
  type: 'text',
  value: 'IMAGE',
  summary: 'only of this image: digest, its first 12 digits, or a name',
} as const satisfies OptionSpec;

/** @param text of an option; `undefined` where no image was named */
export async function digestOfImage(session: Session, text: string | undefined): Promise<string | undefined> {
  return text === undefined ? undefined : (await findImage(session.client(SCANNER_ROUTES), text)).digest;
}

/** By digest, by the first digits of one as lists show them, or by name; the last scanned one of a name. */
export async function findImage(scanner: Client<typeof SCANNER_ROUTES>, text: string): Promise<Image> {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return (await scanner.getImage({ params: { imageDigest: text } })).body;
  const isShort = /^[0-9a-f]{12,64}$/.test(text);
  const all = wholeList((page) => scanner.listImages({ query: isShort ? page : { ...page, name: text } }));
  const found = await firstOf(all, ({ digest, name }) =>
    isShort ? digest.startsWith(`sha256:${text}`) : name === text,
  );
  if (found !== undefined) return found;
  throw fail('NAME_UNKNOWN', `there is no image "${text.slice(0, 200)}"`, {
    hint: 'Scan it with "stella image scan"; "stella image list" shows what is known.',
  });
}
