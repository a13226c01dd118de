import { decodeOrThrow, digestOfJson, isObject, shape as s } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import type { ComposePlan, Plan, PlannedImage, PlannedService, ScriptHook, ScriptPlan } from './plan-types.ts';
import { LABELS } from './plan-types.ts';
import { contentDigest } from './render-script.ts';

const text = s.string({ max: 131_072 });
const texts = s.array(text, { max: 1000 });
const names = s.record(text, { max: 1100 });
const count = s.integer({ min: 0 });
const orNull = <T>(inner: s.Shape<T>) => s.either(s.literal(null), inner);
const words = orNull(texts);
const project = s.string({ pattern: /^[a-z0-9][a-z0-9_-]{0,62}$/, what: 'a project' });
const id = s.string({ min: 1, max: 200 });

const IMAGE: s.Shape<PlannedImage> = s.object({
  reference: s.string({ pattern: /^[a-zA-Z0-9[\]._:/-]{1,400}@sha256:[0-9a-f]{64}$/, what: 'an image by digest' }),
  repository: s.string({ max: 400 }),
  manifestDigest: s.digest,
  configDigest: orNull(s.digest),
  platform: orNull(s.object({ os: text, architecture: text, variant: orNull(text) })),
});
const SERVICE: s.Shape<PlannedService> = s.object({
  name: s.string({ pattern: /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/, what: 'a service' }),
  component: orNull(id),
  image: IMAGE,
  settings: s.object({
    command: words,
    entrypoint: words,
    environment: names,
    ports: s.array(
      s.object({
        hostIp: text,
        hostPort: orNull(s.integer({ min: 1, max: 65_535 })),
        containerPort: s.integer({ min: 1, max: 65_535 }),
        protocol: s.literal('tcp', 'udp'),
      }),
    ),
    mounts: s.array(
      s.object({
        kind: s.literal('volume', 'bind', 'tmpfs'),
        source: orNull(text),
        target: text,
        isReadOnly: s.boolean,
        sizeBytes: orNull(count),
      }),
    ),
    networks: s.array(s.object({ network: id, aliases: texts })),
    networkMode: s.literal('none', 'host', null),
    healthcheck: orNull(
      s.object({ test: texts, intervalMs: count, timeoutMs: count, retries: count, startPeriodMs: count }),
    ),
    userLabels: names,
    restart: s.object({ policy: s.literal('no', 'always', 'on-failure', 'unless-stopped'), maxRetries: count }),
    user: orNull(text),
    hostname: orNull(text),
    workingDir: orNull(text),
    isReadOnly: s.boolean,
    capAdd: texts,
    capDrop: texts,
    stopGracePeriodMs: count,
    stopSignal: orNull(text),
    nanoCpus: orNull(count),
    memoryBytes: orNull(count),
    extraHosts: texts,
    isInit: s.boolean,
    containerName: orNull(text),
  }),
  configHash: s.digest,
  dependsOn: s.array(s.object({ service: id, condition: s.literal('service_started', 'service_healthy') })),
  labels: names,
  order: s.object({ isStartFirst: s.boolean, reason: orNull(text) }),
});
const RESOURCE = s.object({ key: id, name: id, isExternal: s.boolean });
const identity = { deploymentId: id, releaseId: id, environment: id, project };

const COMPOSE_PLAN: s.Shape<ComposePlan> = s.object({
  format: s.literal('stella.compose-plan/v1'),
  ...identity,
  services: s.array(SERVICE, { min: 1, max: 100 }),
  networks: s.array(RESOURCE, { max: 100 }),
  volumes: s.array(RESOURCE, { max: 300 }),
});

const HOOK: s.Shape<ScriptHook | null> = orNull(
  s.object({
    argv: s.array(text, { min: 1, max: 200 }),
    timeoutSeconds: s.integer({ min: 1, max: 86_400 }),
    environment: names,
  }),
);
const SCRIPT_PLAN: s.Shape<ScriptPlan> = s.object({
  format: s.literal('stella.script-plan/v1'),
  ...identity,
  components: s.array(s.object({ component: id, image: IMAGE }), { max: 500 }),
  archive: orNull(id),
  files: s.array(
    s.object({
      path: s.string({ pattern: /^[\w@+-][\w.@+-]*(?:\/[\w@+-][\w.@+-]*)*$/, max: 2100, what: 'a relative path' }),
      content: s.string({ max: 65_536 }),
      isExecutable: s.boolean,
    }),
    { max: 100 },
  ),
  hooks: s.object({ before: HOOK, install: HOOK, verify: HOOK, after: HOOK, rollback: HOOK }),
  keep: s.integer({ min: 1, max: 50 }),
  contentDigest: s.digest,
});

/**
 * Reads a plan that somebody else rendered. Strict, and its own hashes are computed again. That it is the plan that
 * was promised is for the caller to see: `digestOfJson(value)` is its digest.
 *
 * @param value parsed JSON
 * @param file name used in errors
 * @throws AppError `PLAN_INVALID`, `SHAPE_INVALID`
 */
export function readPlan(value: unknown, file: string): Plan {
  const format = isObject(value) ? value['format'] : undefined;
  if (format === 'stella.script-plan/v1') {
    const plan = decodeOrThrow(SCRIPT_PLAN, value, file);
    if (contentDigest(plan) !== plan.contentDigest) throw differs('/contentDigest', file);
    return plan;
  }
  if (format !== 'stella.compose-plan/v1') {
    throw fail('PLAN_INVALID', 'the format of the plan is not known here', {
      place: { file, pointer: '/format' },
      hint: 'Update this program to the version of the server.',
    });
  }
  const plan = decodeOrThrow(COMPOSE_PLAN, value, file);
  plan.services.forEach((service, index) => {
    const at = `/services/${index}`;
    if (digestOfJson(service.settings) !== service.configHash) throw differs(`${at}/configHash`, file);
    const { image } = service;
    if (image.reference !== `${image.repository}@${image.manifestDigest}`) throw differs(`${at}/image`, file);
    const expected: Readonly<Record<string, string>> = {
      [LABELS.project]: plan.project,
      [LABELS.service]: service.name,
      [LABELS.deployment]: plan.deploymentId,
      [LABELS.digest]: image.manifestDigest,
      [LABELS.configHash]: service.configHash,
    };
    for (const [label, wanted] of Object.entries(expected)) {
      if (service.labels[label] !== wanted) throw differs(`${at}/labels/${label}`, file);
    }
  });
  return plan;
}

const differs = (pointer: string, file: string) =>
  fail('PLAN_INVALID', 'a value of the plan does not follow from the others', { place: { file, pointer } });
