import { isIP } from 'node:net';
import { type Shape, shape } from '@stella-ops/engine-kernel';
import type { PlannedPort } from './plan-types.ts';
import { section, wrong } from './shapes.ts';

const SHORT = /^(?:(?:(\[[0-9a-fA-F:]{2,45}\]|\d{1,3}(?:\.\d{1,3}){3}):)?(\d{0,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/;

const portNumber = (text: string | undefined): number | undefined => {
  const number = Number(text);
  return text !== undefined && text !== '' && number >= 1 && number <= 65_535 ? number : undefined;
};

/** `[[ip:]host:]container[/protocol]` (Compose specification, "ports", short syntax), without ranges. */
function shortPort(text: string): PlannedPort | string {
  if (/^[^[\]]*\d-\d/.test(text)) return 'a range of ports is not supported: write each port';
  const parts = SHORT.exec(text);
  const [, ip = '', host, container, protocol = 'tcp'] = parts ?? [];
  const containerPort = portNumber(container);
  const hostPort = host === undefined || host === '' ? null : portNumber(host);
  const hostIp = ip === '' ? '0.0.0.0' : ip.replace(/^\[|\]$/g, '');
  if (containerPort === undefined || hostPort === undefined || isIP(hostIp) === 0) {
    return 'expected a port like "80", "8080:80" or "127.0.0.1:8080:80/udp"';
  }
  return { hostIp, hostPort, containerPort, protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}

const published = shape.either(
  shape.integer({ min: 1, max: 65_535 }),
  shape.string({ pattern: /^\d{1,5}$/, what: 'a port' }),
);
const LONG = section(
  {
    target: shape.integer({ min: 1, max: 65_535 }),
    published: shape.optional(published),
    host_ip: shape.optional(shape.string({ max: 45 })),
    protocol: shape.optional(shape.literal('tcp', 'udp')),
  },
  { mode: 'ports are those of the host', name: 'nothing reads it', app_protocol: 'nothing reads it' },
);

/** One item of `ports`. */
export const port: Shape<PlannedPort> = (value, pointer, violations) => {
  if (typeof value === 'string' || typeof value === 'number') {
    const read = shortPort(String(value));
    return typeof read === 'string' ? wrong(violations, pointer, read) : read;
  }
  const before = violations.length;
  const read = LONG(value, pointer, violations);
  if (violations.length > before) return undefined as unknown as PlannedPort;
  const hostIp = read.host_ip ?? '0.0.0.0';
  const hostPort = read.published === undefined ? null : portNumber(String(read.published));
  if (isIP(hostIp) === 0 || hostPort === undefined) {
    return wrong(violations, pointer, 'expected an address of the host and a port from 1 to 65535');
  }
  return { hostIp, hostPort, containerPort: read.target, protocol: read.protocol ?? 'tcp' };
};
