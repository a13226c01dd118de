import { type Shape, shape } from '@stella-ops/engine-kernel';
import type { TemplateSource } from './diagnostics.ts';
import { image } from './image-of.ts';
import { mount, RESOURCE_NAME, tmpfs } from './mounts.ts';
import type { PlannedDependency, PlannedHealthcheck, PlannedRestart } from './plan-types.ts';
import { port } from './ports.ts';
import { DEPENDS_REFUSALS, DEPLOY_REFUSALS, HEALTHCHECK_REFUSALS, SERVICE_REFUSALS } from './refusals.ts';
import {
  absolutePath,
  assignments,
  byteSize,
  command,
  duration,
  line,
  orNull,
  parsed,
  section,
  wrong,
} from './shapes.ts';

export const SERVICE_NAME = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;
const serviceName = shape.string({ pattern: SERVICE_NAME, what: 'a name of a service: a-z, 0-9, ".", "_", "-"' });
const resourceName = shape.string({ pattern: RESOURCE_NAME, what: 'a name: letters, digits, ".", "_", "-"' });
const hostName = shape.string({ pattern: /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/, what: 'a host name' });
const capability = shape.string({ pattern: /^[A-Z_]{3,40}$/, what: 'a capability like NET_BIND_SERVICE' });
const oneOrMore =
  <T>(item: Shape<T>): Shape<T[]> =>
  (value, pointer, violations) =>
    Array.isArray(value)
      ? shape.array(item, { max: 200 })(value, pointer, violations)
      : [item(value, pointer, violations)];

const HEALTHCHECK = section(
  {
    test: shape.optional(shape.either(shape.array(line, { max: 100 }), line)),
    interval: shape.optional(duration),
    timeout: shape.optional(duration),
    retries: shape.optional(shape.integer({ min: 1, max: 100 })),
    start_period: shape.optional(duration),
    disable: shape.optional(shape.boolean),
  },
  HEALTHCHECK_REFUSALS,
);

const healthcheck: Shape<PlannedHealthcheck> = (value, pointer, violations) => {
  const before = violations.length;
  const read = HEALTHCHECK(value, pointer, violations);
  const fault = (message: string): PlannedHealthcheck => wrong(violations, pointer, message);
  if (violations.length > before) return undefined as unknown as PlannedHealthcheck;
  const written = typeof read.test === 'string' ? ['CMD-SHELL', read.test] : read.test;
  const test = read.disable === true ? ['NONE'] : written;
  if (test === undefined) return fault('a health check has a "test"');
  const [kind = '', ...words] = test;
  const isWhole = kind === 'NONE' ? words.length === 0 : kind === 'CMD-SHELL' ? words.length === 1 : words.length > 0;
  if (!['NONE', 'CMD', 'CMD-SHELL'].includes(kind) || !isWhole) {
    return fault('"test" is a line, ["CMD", program, …], ["CMD-SHELL", line] or ["NONE"]');
  }
  // The Engine refuses what is shorter than a millisecond, and takes 0 for its default.
  return {
    test,
    intervalMs: read.interval || 30_000,
    timeoutMs: read.timeout || 30_000,
    retries: read.retries ?? 3,
    startPeriodMs: read.start_period ?? 0,
  };
};

const restart: Shape<PlannedRestart> = parsed((text) => {
  const parts = /^(no|always|unless-stopped|on-failure)(?::(\d{1,4}))?$/.exec(text);
  const policy = parts?.[1] as PlannedRestart['policy'] | undefined;
  if (policy === undefined || (parts?.[2] !== undefined && policy !== 'on-failure')) return undefined;
  return { policy, maxRetries: Number(parts?.[2] ?? 0) };
}, '"no", "always", "unless-stopped", "on-failure" or "on-failure:3"');

const dependency = section(
  {
    condition: (value, pointer, violations): PlannedDependency['condition'] =>
      value === 'service_completed_successfully'
        ? wrong(violations, pointer, 'service_completed_successfully is not supported: every service keeps running')
        : shape.literal('service_started', 'service_healthy')(value, pointer, violations),
  },
  DEPENDS_REFUSALS,
);
const dependsOn: Shape<PlannedDependency[]> = (value, pointer, violations) => {
  if (Array.isArray(value)) {
    const names = shape.array(serviceName, { max: 100 })(value, pointer, violations);
    return names.map((service) => ({ service, condition: 'service_started' }));
  }
  const read = shape.record(dependency, { max: 100 })(value, pointer, violations);
  return Object.entries(read ?? {}).map(([service, { condition }]) => ({ service, condition }));
};

const ATTACHMENT = section(
  { aliases: shape.optional(shape.array(hostName, { max: 50 })) },
  { ipv4_address: 'addresses are given by the engine', ipv6_address: 'addresses are given by the engine' },
);
type Attachment = { readonly network: string; readonly aliases: readonly string[] };
const networks: Shape<Attachment[]> = (value, pointer, violations) => {
  if (Array.isArray(value)) {
    const names = shape.array(resourceName, { max: 50 })(value, pointer, violations);
    return names.map((network) => ({ network, aliases: [] }));
  }
  const read = shape.record(orNull(ATTACHMENT), { max: 50 })(value, pointer, violations);
  return Object.entries(read ?? {}).map(([network, one]) => ({ network, aliases: one?.aliases ?? [] }));
};

const cpus: Shape<number> = (value, pointer, violations) => {
  const count = typeof value === 'string' && /^\d{1,4}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && count >= 0.001 && count <= 4096
    ? Math.round(count * 1e9)
    : wrong(violations, pointer, 'expected a number of processors like "0.5"');
};
const DEPLOY = section(
  {
    resources: shape.optional(
      section(
        {
          limits: shape.optional(
            section(
              { cpus: shape.optional(cpus), memory: shape.optional(byteSize) },
              { pids: 'limits are "cpus" and "memory"' },
            ),
          ),
        },
        { reservations: 'nothing is scheduled' },
      ),
    ),
  },
  DEPLOY_REFUSALS,
);

const extraHosts =
  (source: TemplateSource): Shape<string[]> =>
  (value, pointer, violations) => {
    const texts = Array.isArray(value)
      ? shape.array(line, { max: 200 })(value, pointer, violations)
      : Object.entries(assignments(source, 'host')(value, pointer, violations) ?? {}).map((pair) => pair.join('='));
    return texts.map((text) => {
      const parts = /^([a-zA-Z0-9.-]{1,253})[:=]([0-9a-fA-F.:]{2,45}|host-gateway)$/.exec(text ?? '');
      return parts === null
        ? wrong(violations, pointer, 'expected a host like "db:10.0.0.7"')
        : `${parts[1]}:${parts[2]}`;
    });
  };

/** A service as it is written. */
export const serviceShape = (source: TemplateSource) =>
  section(
    {
      image,
      command: shape.optional(orNull(command)),
      entrypoint: shape.optional(orNull(command)),
      environment: shape.optional(orNull(assignments(source, 'a variable'))),
      ports: shape.optional(shape.array(port, { max: 100 })),
      volumes: shape.optional(shape.array(mount, { max: 100 })),
      tmpfs: shape.optional(oneOrMore(tmpfs)),
      networks: shape.optional(orNull(networks)),
      network_mode: shape.optional((value, pointer, violations): 'none' | 'host' =>
        value === 'none' || value === 'host'
          ? value
          : wrong(violations, pointer, 'expected "none" or "host"; write "networks" for all others'),
      ),
      healthcheck: shape.optional(healthcheck),
      labels: shape.optional(orNull(assignments(source, 'a label'))),
      restart: shape.optional(restart),
      depends_on: shape.optional(dependsOn),
      user: shape.optional(
        shape.either(
          shape.integer({ min: 0, max: 2 ** 32 }),
          shape.string({
            pattern: /^[\w.-]{1,100}(?::[\w.-]{1,100})?$/,
            what: 'a user like "app", "1000" or "1000:1000"',
          }),
        ),
      ),
      hostname: shape.optional(hostName),
      container_name: shape.optional(resourceName),
      working_dir: shape.optional(absolutePath),
      read_only: shape.optional(shape.boolean),
      cap_add: shape.optional(shape.array(capability, { max: 100 })),
      cap_drop: shape.optional(shape.array(capability, { max: 100 })),
      stop_grace_period: shape.optional(duration),
      stop_signal: shape.optional(
        shape.string({ pattern: /^(?:SIG[A-Z0-9+-]{2,10}|\d{1,2})$/, what: 'a signal like SIGTERM' }),
      ),
      deploy: shape.optional(DEPLOY),
      extra_hosts: shape.optional(extraHosts(source)),
      init: shape.optional(shape.boolean),
    },
    SERVICE_REFUSALS,
  );
