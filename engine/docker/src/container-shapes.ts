import { type Shape, shape } from '@stella-ops/engine-kernel';
import type {
  ContainerHealth,
  ContainerRow,
  EngineContainer,
  EngineEvent,
  EngineInfo,
  EngineResource,
} from './container-types.ts';

const text = shape.string({ max: 65_536 });
const label: Shape<string> = (value, pointer, violations) => (value === null ? '' : text(value, pointer, violations));
// The engine writes null for an empty map.
const labels: Shape<Record<string, string>> = (value, pointer, violations) =>
  value === null ? {} : shape.record(label, { max: 10_000 })(value, pointer, violations);
const orNull = <T>(inner: Shape<T>) => shape.either(shape.literal(null), inner);
const healthWord = (word: string | undefined): ContainerHealth =>
  word === 'starting' || word === 'healthy' || word === 'unhealthy' ? word : 'none';

const ROW = shape.object(
  {
    Id: text,
    Names: orNull(shape.array(text, { max: 1000 })),
    ImageID: text,
    State: text,
    Status: shape.optional(text),
    Labels: labels,
  },
  'open',
);
export const ROWS: Shape<ContainerRow[]> = (value, pointer, violations) =>
  shape
    .array(ROW, { max: 100_000 })(value, pointer, violations)
    ?.map((row) => ({
      id: row?.Id ?? '',
      names: (row?.Names ?? []).map((name) => name.replace(/^\//, '')),
      imageId: row?.ImageID ?? '',
      state: row?.State ?? '',
      health: healthWord(/\((?:health: )?(starting|healthy|unhealthy)\)$/.exec(row?.Status ?? '')?.[1]),
      labels: row?.Labels ?? {},
    }));

const nanoseconds = shape.optional(shape.number({ min: 0 }));
const CONTAINER = shape.object(
  {
    Id: text,
    Name: text,
    Image: text,
    RestartCount: shape.optional(shape.integer({ min: 0 })),
    State: shape.object(
      {
        Status: text,
        ExitCode: shape.integer(),
        Error: text,
        StartedAt: text,
        Health: shape.optional(orNull(shape.object({ Status: text }, 'open'))),
      },
      'open',
    ),
    Config: shape.object(
      {
        Labels: labels,
        Healthcheck: shape.optional(
          orNull(
            shape.object(
              {
                Test: shape.optional(orNull(shape.array(text, { max: 1000 }))),
                Interval: nanoseconds,
                Timeout: nanoseconds,
                StartPeriod: nanoseconds,
                Retries: shape.optional(shape.integer({ min: 0 })),
              },
              'open',
            ),
          ),
        ),
      },
      'open',
    ),
  },
  'open',
);
export const ENGINE_CONTAINER: Shape<EngineContainer> = (value, pointer, violations) => {
  const before = violations.length;
  const found = CONTAINER(value, pointer, violations);
  if (violations.length > before) return undefined as unknown as EngineContainer;
  const check = found.Config.Healthcheck;
  const hasCheck = check !== undefined && check !== null && (check.Test?.[0] ?? 'NONE') !== 'NONE';
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ''),
    imageId: found.Image,
    labels: found.Config.Labels,
    state: found.State.Status,
    health: healthWord(found.State.Health?.Status),
    exitCode: found.State.ExitCode,
    error: found.State.Error,
    // The zero time of Go stands for never.
    startedAt: found.State.StartedAt.startsWith('0001-') || found.State.StartedAt === '' ? null : found.State.StartedAt,
    restartCount: found.RestartCount ?? 0,
    // 0 means the default of the Engine: 30 s, 30 s, 3 times.
    healthcheck: hasCheck
      ? {
          intervalMs: (check.Interval || 30e9) / 1e6,
          timeoutMs: (check.Timeout || 30e9) / 1e6,
          retries: check.Retries || 3,
          startPeriodMs: (check.StartPeriod ?? 0) / 1e6,
        }
      : null,
  };
};

const RESOURCE = shape.object({ Name: text, Labels: shape.optional(labels) }, 'open');
export const ENGINE_RESOURCE: Shape<EngineResource> = (value, pointer, violations) => {
  const found = RESOURCE(value, pointer, violations);
  return { name: found?.Name ?? '', labels: found?.Labels ?? {} };
};

export const ENGINE_NETWORKS: Shape<EngineResource[]> = shape.array(ENGINE_RESOURCE, { max: 100_000 });
const VOLUMES = shape.object({ Volumes: orNull(ENGINE_NETWORKS) }, 'open');
export const ENGINE_VOLUMES: Shape<EngineResource[]> = (value, pointer, violations) =>
  VOLUMES(value, pointer, violations)?.Volumes ?? [];

const INFO = shape.object(
  {
    ID: text,
    Name: text,
    ServerVersion: text,
    OSType: text,
    Architecture: text,
    NCPU: shape.integer({ min: 0 }),
    MemTotal: shape.integer({ min: 0 }),
  },
  'open',
);
// `uname -m` of the host, against the names that images use.
const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'amd64'],
  ['aarch64', 'arm64'],
  ['armv7l', 'arm'],
  ['armv6l', 'arm'],
  ['i386', '386'],
  ['i686', '386'],
]);
export const ENGINE_INFO: Shape<EngineInfo> = (value, pointer, violations) => {
  const before = violations.length;
  const found = INFO(value, pointer, violations);
  if (violations.length > before) return undefined as unknown as EngineInfo;
  return {
    id: found.ID,
    name: found.Name,
    version: found.ServerVersion,
    os: found.OSType,
    architecture: ARCHITECTURES.get(found.Architecture) ?? found.Architecture,
    cpus: found.NCPU,
    memoryBytes: found.MemTotal,
  };
};

const EVENT = shape.object(
  {
    Type: text,
    Action: text,
    Actor: shape.object({ ID: text, Attributes: labels }, 'open'),
    time: shape.integer({ min: 0 }),
    timeNano: shape.number({ min: 0 }),
  },
  'open',
);
export const ENGINE_EVENT: Shape<EngineEvent> = (value, pointer, violations) => {
  const before = violations.length;
  const found = EVENT(value, pointer, violations);
  if (violations.length > before) return undefined as unknown as EngineEvent;
  // timeNano is beyond what a JSON number holds exactly: microseconds are left of it.
  const fraction = String(Math.floor((found.timeNano % 1e9) / 1000)).padStart(6, '0');
  return {
    type: found.Type,
    action: found.Action,
    id: found.Actor.ID,
    attributes: found.Actor.Attributes,
    time: `${found.time}.${fraction}000`,
  };
};
