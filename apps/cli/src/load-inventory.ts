import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readSbom } from '@stella-ops/engine-inventory';
import type { Context } from './context.ts';
import { fail } from './errors.ts';
import { readInput } from './input.ts';
import type { Loaded, LoadOptions } from './scan-source.ts';

/**
 * The inventory of a source: scanned from an image or a directory, or read from an SBOM (`sbom:FILE`, or a JSON file).
 *
 * @throws AppError `SOURCE_UNKNOWN` for a file that is neither, and those of the packages that read images and SBOMs
 */
export async function loadInventory(text: string, context: Context, options: LoadOptions): Promise<Loaded> {
  const sbom = await sbomPath(text, context);
  if (sbom === undefined) {
    // Loaded only when something is scanned: reading an SBOM needs none of it.
    const { scanSource } = await import('./scan-source.ts');
    return scanSource(text, context, options);
  }
  const reading = readSbom(await readInput(sbom, context), sbom);
  if (!reading.ok) throw reading.error;
  return {
    inventory: reading.inventory,
    warnings: reading.warnings.map((one) => `${sbom}#${one.pointer}: ${one.message}`),
  };
}

/** An SBOM is named as such, or is an existing file that begins like one. Everything else is a source to scan. */
async function sbomPath(text: string, context: Context): Promise<string | undefined> {
  if (text.startsWith('sbom:')) return text.slice('sbom:'.length);
  if (text === '-') return text;
  const start = await startOf(resolve(context.cwd, text));
  if (start === undefined) return undefined;
  // What begins like XML or SPDX tag-value is no format we read, but the reader of SBOMs says so by its name.
  if (/^\ufeff?\s*(?:[{<]|SPDXVersion:)/.test(start.toString('utf8'))) return text;
  // A header of tar has zeros, and so has what is compressed: only text has none.
  if (!start.includes(0) && !isCompressed(start))
    throw fail('SOURCE_UNKNOWN', `${text} is neither an SBOM nor an image`, { place: { file: text } });
  return undefined;
}

const isCompressed = (start: Buffer): boolean =>
  [Buffer.of(0x1f, 0x8b), Buffer.of(0x28, 0xb5, 0x2f, 0xfd)].some((magic) =>
    start.subarray(0, magic.length).equals(magic),
  );

/** The first bytes of a file; undefined when there is none, or no regular one: then a source is meant. */
async function startOf(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
