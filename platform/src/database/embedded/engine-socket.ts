import { Duplex } from 'node:stream';

/** Sends bytes of the wire protocol, answers with what the server says to them. */
export type Exchange = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/**
 * The socket that node-postgres writes to when the server is a thread. The driver above it is the same on both engines:
 * its parser, its types, its errors.
 */
export class EngineSocket extends Duplex {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    super();
    this.#exchange = exchange;
  }

  connect(): void {
    queueMicrotask(() => this.emit('connect'));
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([chunk], done);
  }

  /** Parse, bind, describe, execute and sync of a query come as one batch: one message to the thread instead of five. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  #send(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    // A copy, because the driver keeps its write buffer and this one is handed over to the thread.
    const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#exchange(bytes).then(
      (answer) => {
        if (answer.length > 0) this.push(answer);
        done();
      },
      (error: unknown) => done(error as Error),
    );
  }
}
