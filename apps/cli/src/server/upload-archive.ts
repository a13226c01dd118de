import type { Client } from '@stella-ops/contracts';
import type { Scan, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../context.ts';

/**
 * Sends an image archive, when the text names a file.
 *
 * @returns undefined when there is no such file: then it is a reference
 */
export async function uploadArchive(
  scanner: Client<typeof SCANNER_ROUTES>,
  source: string,
  query: { readonly name: string; readonly platform?: string },
  context: Context,
): Promise<Scan | undefined> {
  const path = resolve(context.cwd, source);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  context.progress(`sending ${source}`);
  const content = createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
  const { body } = await scanner.uploadArchive({ query, body: { contentType: 'application/x-tar', content } });
  return body;
}
