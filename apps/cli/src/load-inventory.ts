import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readSbom } from '@stella-ops/engine-inventory';
import type { Context } from './context.ts';
import { readInput } from './input.ts';
import type { Loaded, LoadOptions } from './scan-source.ts';

/**
 * The inventory of a source: scanned from an image or a directory, or read from an SBOM (`sbom:FILE`, or a JSON file).
 *
 * @throws AppError of the packages that read sources, images and SBOMs
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

/** An SBOM is named as such, or is an existing file whose first character opens a JSON object. */
async function sbomPath(text: string, context: Context): Promise<string | undefined> {
  if (text.startsWith('sbom:')) return text.slice('sbom:'.length);
  if (text === '-') return text;
  try {
    const file = await open(resolve(context.cwd, text), 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
      return /^\ufeff?\s*\{/.test(buffer.toString('utf8', 0, bytesRead)) ? text : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
