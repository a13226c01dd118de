import { type Digest, digestFrom, newHash } from '@stella-ops/engine-kernel';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { withCheck } from './checked-block.ts';
import { encodePreamble, PREAMBLE_BYTES, type Section, type SectionName } from './layout.ts';

/** Writes the sections of an index one after the other, and the preamble last: a file cut short never looks whole. */
export class SectionWriter {
  readonly #fd: number;
  readonly #sections = new Map<SectionName, Section>();
  #at = PREAMBLE_BYTES;

  constructor(path: string) {
    this.#fd = openSync(path, 'wx', 0o644);
  }

  /** A section out of the pieces that `fill` emits. */
  section(name: SectionName, fill: (emit: (bytes: Uint8Array) => void) => void): void {
    const offset = this.#at;
    const hash = newHash();
    fill((bytes) => {
      hash.update(bytes);
      this.#write(bytes, this.#at);
      this.#at += bytes.length;
    });
    this.#sections.set(name, { offset, length: this.#at - offset, sha256: digestFrom(hash) });
  }

  /** A section that is one block with its checksum. */
  checked(name: SectionName, bytes: Uint8Array): void {
    this.section(name, (emit) => emit(withCheck(bytes)));
  }

  get sections(): ReadonlyMap<SectionName, Section> {
    return this.#sections;
  }

  /** @returns size of the file */
  finish(meta: Buffer, metaDigest: Digest): number {
    const metaOffset = this.#at;
    this.#write(meta, metaOffset);
    const fileBytes = metaOffset + meta.length;
    this.#write(encodePreamble({ fileBytes, metaOffset, metaLength: meta.length, metaDigest }), 0);
    fsyncSync(this.#fd);
    return fileBytes;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#fd, bytes, done, bytes.length - done, offset + done);
  }
}
