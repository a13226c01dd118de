import { type Digest, digestOf } from '@stella-ops/engine-kernel';
import { inventoryBytes, parseInventory, readSbom, toCycloneDx, toSpdx } from '@stella-ops/engine-inventory';
import { parsePlatform } from '@stella-ops/engine-oci';
import { platformText } from '../domain/platform-text.ts';
import { fail } from '../errors.ts';
import { inventoryOfImage } from './sbom-inventory.ts';

export interface ReadSbomInput {
  readonly document: Uint8Array;
  readonly name: string;
  readonly imageDigest: Digest | undefined;
  readonly platform: string | undefined;
}

/** What an import needs to know of a document, and the inventory in canonical form. */
export interface ReadSbomOutput {
  readonly sbomDigest: Digest;
  readonly describes: Digest | undefined;
  readonly isCycloneDx: boolean;
  /** Of the image that the caller states, else the document; undefined when neither names one. */
  readonly imageDigest: Digest | undefined;
  readonly inventory: Uint8Array;
  readonly inventoryDigest: Digest;
  readonly platform: string | null;
  readonly components: number;
  readonly gaps: number;
}

export interface WriteSbomInput {
  readonly inventory: Uint8Array;
  readonly file: string;
  readonly format: 'cyclonedx' | 'spdx';
  readonly toolVersion: string;
  readonly at: string;
}

/** Work on whole documents: pure, and long where the document is. */
export const TASKS = {
  /** @throws AppError `SBOM_INVALID` */
  readSbom({ document, name, imageDigest: asked, platform }: ReadSbomInput): ReadSbomOutput {
    const reading = readSbom(document, name);
    if (!reading.ok) {
      const { message, place, hint } = reading.error;
      throw fail('SBOM_INVALID', message, {
        hint,
        ...(place === undefined ? {} : { place }),
        details: { violations: reading.violations.slice(0, 100) },
      });
    }
    const read = reading.inventory;
    // Our own format says of itself how sure it is, and would be believed.
    if (read.subject.kind !== 'sbom') {
      throw fail('SBOM_INVALID', 'this is an inventory, not an SBOM', {
        place: { file: name, pointer: '/format' },
        hint: 'Send the image as CycloneDX or SPDX: an inventory is only taken from our own scanner.',
      });
    }
    const { describes } = read.subject;
    const imageDigest = asked ?? describes;
    const inventory = inventoryOfImage(read, {
      name,
      imageDigest,
      platform: platform === undefined ? undefined : parsePlatform(platform),
    });
    const bytes = inventoryBytes(inventory);
    return {
      sbomDigest: digestOf(document),
      describes,
      isCycloneDx: read.components.some(({ evidence }) => evidence.analyzer === 'cyclonedx'),
      imageDigest,
      inventory: bytes,
      inventoryDigest: digestOf(bytes),
      platform: platform ?? platformText(inventory.subject.platform),
      components: inventory.components.length,
      gaps: inventory.gaps.length,
    };
  },

  /** @throws AppError `INVENTORY_INVALID` when the stored inventory is none */
  writeSbom({ inventory, file, format, toolVersion, at }: WriteSbomInput): Uint8Array {
    const read = parseInventory(inventory, file);
    const document =
      format === 'spdx'
        ? toSpdx(read, { toolVersion, created: at })
        : toCycloneDx(read, { toolVersion, timestamp: at });
    return Buffer.from(JSON.stringify(document));
  },
} as const;

export type Tasks = typeof TASKS;
export type TaskName = keyof Tasks;

/** What a thread answers: errors of ours lose their code when they are cloned, so their parts are sent. */
export type TaskAnswer =
  | { readonly kind: 'done'; readonly output: unknown }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      readonly row: {
        readonly status: number;
        readonly exit: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 10;
        readonly retryable: boolean;
        readonly hint: string;
      };
      readonly place: object | undefined;
      readonly details: Readonly<Record<string, unknown>>;
    };
