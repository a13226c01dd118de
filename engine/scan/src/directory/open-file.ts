import { closeSync, constants, openSync } from 'node:fs';
import { readFully } from '../layer/walk-plain-tar.ts';

/** The file that a walk is looking at, read at any offset. */
export class OpenFile {
  #fd: number | undefined;

  /** Never follows a link that took the file's place, and never waits for a writer of a pipe that did. */
  open(path: string): void {
    this.close();
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  }

  /** Fewer bytes than asked for where the file ends. */
  read(offset: number, length: number): Buffer {
    if (this.#fd === undefined) throw new Error('no file is open');
    return readFully(this.#fd, offset, length);
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}
