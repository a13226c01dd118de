import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { FromServer, Point, ToServer } from './messages.ts';

/** A server process that can be told where to die. */
export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<NodeJS.Signals | null>;

  constructor(child: ChildProcess, url: string, ended: Promise<NodeJS.Signals | null>) {
    this.#child = child;
    this.url = url;
    this.#ended = ended;
  }

  static async start(dataDir: string, port: number): Promise<ServerProcess> {
    const child = fork(join(import.meta.dirname, 'killable-server.ts'), [dataDir, String(port)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const errors: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once('exit', (_code, signal) => resolve(signal)),
    );
    const ready = new Promise<string>((resolve, reject) => {
      child.on('message', (message: FromServer) => {
        if (message.kind === 'ready') resolve(message.url);
      });
      void ended.then(() => reject(new Error(`the server ended: ${Buffer.concat(errors).toString().slice(-2000)}`)));
    });
    return new ServerProcess(child, await ready, ended);
  }

  arm(point: Point | undefined): void {
    this.#send({ kind: 'arm', point });
  }

  sites(): Promise<Readonly<Record<string, number>>> {
    return new Promise((resolve) => {
      const listen = (message: FromServer): void => {
        if (message.kind !== 'sites') return;
        this.#child.off('message', listen);
        resolve(message.counts);
      };
      this.#child.on('message', listen);
      this.#send({ kind: 'sites' });
    });
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  ended(): Promise<NodeJS.Signals | null> {
    return this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #send(message: ToServer): void {
    // The process may be dead already; whoever asks it next finds out.
    if (this.isAlive) this.#child.send(message, () => undefined);
  }
}
