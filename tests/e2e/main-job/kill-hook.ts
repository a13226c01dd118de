// Loaded into an agent before its own code: kills a process at one exact point of a deployment. `STELLA_KILL` is
// `journal:N`, after the Nth entry is on disk; or `before:N`, `during:N`, `after:N` of the Nth call that changes something
// on the Engine. `STELLA_KILL_PID` is another process to kill in its place, `STELLA_KILL_SIGNAL` what it gets.
import fs from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

const [kind = '', number = '0'] = (process.env['STELLA_KILL'] ?? '').split(':');
const victim = Number(process.env['STELLA_KILL_PID'] ?? process.pid);
const deadly = (process.env['STELLA_KILL_SIGNAL'] ?? 'SIGKILL') as NodeJS.Signals;
const countFile = process.env['STELLA_KILL_COUNT'];
let entries = 0;
let calls = 0;
let isEntry = false;

function at(point: string, count: number): void {
  if (point === kind && count === Number(number)) process.kill(victim, deadly);
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
  if (options.socketPath === undefined || (options.method ?? 'GET') === 'GET') return request(options, heard);
  const call = ++calls;
  at('before', call);
  const sent = request(options, heard);
  // With the bytes handed over, the Engine goes on although nobody waits for its answer.
  sent.once('finish', () => setTimeout(() => at('during', call), 5));
  sent.prependOnceListener('response', () => at('after', call));
  return sent;
}) as typeof http.request;
syncBuiltinESMExports();

process.on('exit', () => {
  if (countFile !== undefined) fs.writeFileSync(countFile, JSON.stringify({ entries, calls }));
});
