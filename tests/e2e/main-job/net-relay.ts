// Runs in a network namespace of its own, which it keeps alive: the network of one host. Files reach across namespaces, so
// sockets of files are the cables. Reads one JSON document on each line of its input, and answers each with `ok`.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export type RelayCommand =
  /** What listens behind a socket file is reached at a port of this network. */
  | { readonly do: 'open'; readonly port: number; readonly path: string }
  /** Nothing listens at the port any more; what runs is cut. */
  | { readonly do: 'close'; readonly port: number }
  /** Each connection to the port, or so many of them, ends after so many bytes of answer. 0: no more. */
  | { readonly do: 'cut'; readonly port: number; readonly bytes: number; readonly times?: number }
  /** What listens at a port of this network is reached behind a socket file. */
  | { readonly do: 'publish'; readonly port: number; readonly path: string }
  /** Somebody else has the port. */
  | { readonly do: 'take'; readonly port: number };

const servers = new Map<string, Server>();
const sockets = new Map<string, Set<Socket>>();
const cuts = new Map<number, { readonly bytes: number; left: number }>();

function listen(key: string, where: { port: number; host: string } | { path: string }, hear: (from: Socket) => void) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    hear(socket);
  });
  servers.set(key, server);
  sockets.set(key, open);
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, resolve);
  });
}

function join(from: Socket, to: Socket): void {
  to.on('error', () => from.destroy());
  from.once('close', () => to.destroy());
  to.once('close', () => from.end());
  from.pipe(to);
  to.pipe(from);
}

async function obey(command: RelayCommand): Promise<void> {
  const { port } = command;
  switch (command.do) {
    case 'open':
      return listen(`open ${port}`, { port, host: '127.0.0.1' }, (from) => {
        const to = connect(command.path);
        let bytes = 0;
        to.on('data', (chunk: Buffer) => {
          const cut = cuts.get(port);
          bytes += chunk.length;
          if (cut === undefined || cut.bytes === 0 || bytes <= cut.bytes || cut.left <= 0 || from.destroyed) return;
          cut.left--;
          from.resetAndDestroy();
        });
        join(from, to);
      });
    case 'publish':
      rmSync(command.path, { force: true });
      return listen(`publish ${port}`, { path: command.path }, (from) => join(from, connect(port, '127.0.0.1')));
    case 'take':
      return listen(`open ${port}`, { port, host: '0.0.0.0' }, (from) => from.destroy());
    case 'cut':
      return void cuts.set(port, { bytes: command.bytes, left: command.times ?? Infinity });
    case 'close': {
      const server = servers.get(`open ${port}`);
      for (const socket of sockets.get(`open ${port}`) ?? []) socket.destroy();
      return new Promise((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
    }
  }
}

execFileSync('ip', ['link', 'set', 'lo', 'up']);
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  await obey(JSON.parse(line) as RelayCommand);
  process.stdout.write('ok\n');
}
process.exit(0);
