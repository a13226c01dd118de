import { compareText, type Timestamp, type Violation } from '@stella-ops/engine-kernel';
import { type CompiledAdvisory, compileAdvisory } from '../compile/compile-advisory.ts';
import { readOsv } from '../osv/read-osv.ts';
import type { SpillFile } from './spill-file.ts';

/** One record on its way into an index. */
export interface SourceRecord {
  /** Its bytes as received. */
  readonly raw: Uint8Array;
  readonly file: string;
  /** 1-based line of a file with one record a line. */
  readonly line?: number;
}

/** A record that could not be read, and why. */
export interface BrokenRecord {
  readonly file: string;
  readonly line?: number;
  readonly violations: readonly Violation[];
}

/** A record in the index to be, its bytes put aside. */
export interface Collected {
  readonly advisory: CompiledAdvisory;
  readonly modified: Timestamp;
  readonly offset: number;
  readonly length: number;
}

/** Reads records in any order and keeps one per id: the newest by `modified`; of equally new ones that with the lowest digest. */
export class RecordCollector {
  readonly #spill: SpillFile;
  readonly #byId = new Map<string, Collected>();
  /** Ids of which more than one record came, with the number of those left out. */
  readonly superseded = new Map<string, number>();

  constructor(spill: SpillFile) {
    this.#spill = spill;
  }

  /** @returns what is wrong with the record, if anything is */
  add({ raw, file, line }: SourceRecord): BrokenRecord | undefined {
    const read = readOsv(raw, file);
    if (!read.ok) return { file, ...(line !== undefined && { line }), violations: read.violations };
    const { advisory } = read;
    const known = this.#byId.get(advisory.id);
    if (known !== undefined) {
      this.superseded.set(advisory.id, (this.superseded.get(advisory.id) ?? 0) + 1);
      const order =
        compareText(known.modified, advisory.modified) || compareText(advisory.digest, known.advisory.digest);
      if (order >= 0) return undefined;
    }
    this.#byId.set(advisory.id, {
      advisory: compileAdvisory(advisory),
      modified: advisory.modified,
      offset: this.#spill.append(raw),
      length: raw.length,
    });
    return undefined;
  }

  /** The kept records by id. */
  sorted(): Collected[] {
    return [...this.#byId.values()].sort((a, b) => compareText(a.advisory.id, b.advisory.id));
  }

  raw({ offset, length }: Collected): Buffer {
    return this.#spill.read(offset, length);
  }
}
