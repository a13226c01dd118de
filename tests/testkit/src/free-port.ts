import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const FIRST = 10_000;
const given = new Set<number>();

/**
 * A loopback port that is free, and stays so between two starts of a server: below those that the system gives to connections
 * and to whoever asks for any port.
 */
export async function freePort(): Promise<number> {
  const end = firstOfTheSystem();
  for (let tries = 0; tries < 1000; tries++) {
    const port = randomInt(FIRST, end);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no port is free between ${FIRST} and ${end}`);
}

function firstOfTheSystem(): number {
  try {
    const first = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/)[0]);
    return first > FIRST + 1000 ? first : 32_768;
  } catch {
    return 32_768;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
