// Loaded into an agent before its own code: kills a process at one exact point of a deployment. `STELLA_KILL` is
// `journal:N`, after the Nth entry is on disk; or `before:N`, `during:N`, `after:N` of the Nth call that changes something
// on the Engine; or `made:N`, `started:N` when the Engine has answered that it did so with the Nth container, and
// `refused:N` when nobody listens for the Nth question about one. Several are separated by commas. `STELLA_KILL_PID` is
// another process to kill in its place, `STELLA_KILL_SIGNAL` what it gets.
import fs from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const points = new Set((process.env['STELLA_KILL'] ?? '').split(','));
const OF_A_CONTAINER = /\/containers\/[0-9a-f]{64}\//;
const victim = Number(process.env['STELLA_KILL_PID'] ?? process.pid);
const deadly = (process.env['STELLA_KILL_SIGNAL'] ?? 'SIGKILL') as NodeJS.Signals;
const countFile = process.env['STELLA_KILL_COUNT'];
let entries = 0;
let calls = 0;
let made = 0;
let started = 0;
let refused = 0;
let isEntry = false;

function at(point: string, count: number): void {
  if (points.has(`${point}:${count}`)) process.kill(victim, deadly);
}

const writeSync = fs.writeSync as (file: number, text: unknown) => number;
const fsyncSync = fs.fsyncSync;
fs.writeSync = (file: number, text: unknown) => {
  isEntry = typeof text === 'string' && text.startsWith('{"kind":"');
  return writeSync(file, text);
};
fs.fsyncSync = (file) => {
  fsyncSync(file);
  if (!isEntry) return;
  isEntry = false;
  at('journal', ++entries);
};

const request = http.request as (options: http.RequestOptions, heard?: unknown) => http.ClientRequest;
http.request = ((options: http.RequestOptions, heard?: unknown) => {
  if (options.socketPath === undefined) return request(options, heard);
  const path = options.path ?? '';
  if ((options.method ?? 'GET') === 'GET') return watched(request(options, heard), path);
  const call = ++calls;
  at('before', call);
  const sent = watched(request(options, heard), path);
  // With the bytes handed over, the Engine goes on although nobody waits for its answer.
  sent.once('finish', () => setTimeout(() => at('during', call), 5));
  sent.prependOnceListener('response', ({ statusCode = 0 }: http.IncomingMessage) => {
    at('after', call);
    if (statusCode >= 400) return;
    if (/\/containers\/create(?:\?|$)/.test(path)) at('made', ++made);
    if (/\/containers\/[^/]+\/start$/.test(path)) at('started', ++started);
  });
  return sent;
}) as typeof http.request;

function watched(sent: http.ClientRequest, path: string): http.ClientRequest {
  return sent.prependOnceListener('error', ({ code }: NodeJS.ErrnoException) => {
    const isAway = code === 'ECONNREFUSED' || code === 'ENOENT';
    if (isAway && OF_A_CONTAINER.test(path)) at('refused', ++refused);
  });
}
syncBuiltinESMExports();

process.on('exit', () => {
  if (countFile !== undefined) fs.writeFileSync(countFile, JSON.stringify({ entries, calls }));
});
