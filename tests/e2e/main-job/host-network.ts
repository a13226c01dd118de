import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RelayCommand } from './net-relay.ts';

const RELAY = join(import.meta.dirname, 'net-relay.ts');

/** A network of one host: several hosts on one machine may publish the same port. */
export interface HostNetwork {
  /** Words that put a program into it. */
  readonly prefix: readonly string[];
  obey(command: RelayCommand): Promise<void>;
  /** One request to what {@link RelayCommand} `publish` names. Undefined: nobody answered. */
  ask(path: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Needs the part `namespaces`. */
export async function startHostNetwork(): Promise<HostNetwork> {
  const words = ['--net', process.execPath, '--disable-warning=ExperimentalWarning', RELAY];
  const child = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (wanted: string): Promise<void> => {
    const { value } = await lines.next();
    if (value !== wanted) throw new Error(`the relay of a host's network said ${String(value)}`);
  };
  await answer('ready');
  return {
    prefix: ['nsenter', `--net=/proc/${child.pid}/ns/net`],
    obey: async (command) => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      await answer('ok');
    },
    ask,
    close: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Long: who answers late on a busy machine has answered.
    const call = get({ socketPath: path, path: '/', agent: false, timeout: 20_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve(answer.complete && answer.statusCode === 200 ? text : undefined));
      answer.on('error', () => resolve(undefined));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
  });
}

/** A socket file behind which a port of this machine is reached, also from networks of hosts. */
export async function cable(path: string, port: number): Promise<{ close(): Promise<void> }> {
  const server = createServer((from) => {
    const to = connect(port, '127.0.0.1');
    from.on('error', () => to.destroy());
    to.on('error', () => from.destroy());
    from.pipe(to);
    to.pipe(from);
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
