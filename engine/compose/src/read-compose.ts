import { compareText, decode, shape, sortedBy, sortedUnique, type Violation } from '@stella-ops/engine-kernel';
import { type DiagnosticCode, TEMPLATE, type TemplateSource } from './diagnostics.ts';
import { dependencyOrder } from './dependency-order.ts';
import { RESOURCE_NAME } from './mounts.ts';
import type { ServiceSettings } from './plan-types.ts';
import { TOP_REFUSALS } from './refusals.ts';
import { SERVICE_NAME, serviceShape } from './service-shape.ts';
import { orNull, section } from './shapes.ts';
import type { ComposeModel, ComposeResource, ComposeService, Diagnostic, ReadResult } from './types.ts';
import { readYaml, sortDiagnostics } from './yaml/index.ts';

/** Names of projects: what the Engine takes at the start of the names of containers, networks and volumes. */
export const PROJECT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Every dollar sign but `$$` would ask the host for a value (Compose specification, "Interpolation"). */
function withoutInterpolation(text: string): ReturnType<NonNullable<typeof TEMPLATE.onText>> {
  const rest = text.replaceAll('$$', '');
  const at = rest.indexOf('$');
  if (at === -1) return { value: text.replaceAll('$$', '$') };
  const message = `"${rest.slice(at, at + 40)}" is not supported: values come from the template, not from a host`;
  return { code: 'INTERPOLATION_REFUSED', message };
}

const resource = (drivers: readonly string[]) =>
  orNull(
    section(
      {
        name: shape.optional(shape.string({ pattern: RESOURCE_NAME, what: 'a name: letters, digits, ".", "_", "-"' })),
        external: shape.optional(shape.boolean),
        driver: shape.optional(shape.literal(...drivers)),
      },
      { driver_opts: 'only the default driver without options is used', ipam: 'addresses are given by the engine' },
    ),
  );

const topShape = (source: TemplateSource) =>
  section(
    {
      name: shape.optional(shape.string({ pattern: PROJECT_NAME, what: 'a name: a-z, 0-9, "_", "-"' })),
      services: shape.record(serviceShape(source), { max: 100 }),
      networks: shape.optional(orNull(shape.record(resource(['bridge', 'default']), { max: 50 }))),
      volumes: shape.optional(orNull(shape.record(resource(['local']), { max: 200 }))),
    },
    TOP_REFUSALS,
  );
type Top = shape.ShapeOf<ReturnType<typeof topShape>>;
type WrittenService = Top['services'][string];

/**
 * Reads a Compose file (Compose specification) as a template. What is not carried out is refused by name with its
 * place, never ignored.
 *
 * @param bytes YAML, UTF-8, at most 256 KiB
 * @param file name used in diagnostics
 */
export function readCompose(bytes: Uint8Array, file: string): ReadResult<ComposeModel> {
  const yaml = readYaml<DiagnosticCode>(bytes, file, { ...TEMPLATE, onText: withoutInterpolation });
  if (!yaml.ok) return yaml;
  const { source } = yaml;
  const decoded = decode(topShape(source), source.value);
  if (!decoded.ok) return failed(decoded.violations.map((one) => shapeFault(source, one)));
  const faults = checkNames(source, decoded.value);
  if (faults.length > 0) return failed(faults);
  const top = decoded.value;
  const names = Object.keys(top.services);
  const needs = new Map(names.map((name) => [name, (top.services[name]?.depends_on ?? []).map((one) => one.service)]));
  const sorted = dependencyOrder(needs);
  if ('cycle' in sorted) {
    const message = `services wait for each other: ${sorted.cycle.slice(0, 10).join(', ')}`;
    return failed([source.fault('DEPENDENCY_CYCLE', '/services', message)]);
  }
  const services = sorted.order.flatMap((name) => {
    const written = top.services[name];
    return written === undefined ? [] : [service(name, written)];
  });
  const usesDefault = services.some(({ settings }) => settings.networks.some((one) => one.network === 'default'));
  const networks = resources(top.networks ?? {});
  if (usesDefault && !networks.some((one) => one.key === 'default')) {
    networks.unshift({ key: 'default', name: null, isExternal: false });
  }
  return {
    ok: true,
    model: {
      kind: 'compose',
      name: top.name ?? null,
      services,
      networks: sortedBy(networks, (one) => one.key),
      volumes: resources(top.volumes ?? {}),
      components: sortedUnique(services.flatMap(({ image }) => (image.kind === 'component' ? [image.component] : []))),
    },
  };
}

const failed = (diagnostics: readonly Diagnostic[]): { readonly ok: false; readonly diagnostics: Diagnostic[] } => ({
  ok: false,
  diagnostics: sortDiagnostics(diagnostics),
});

/** A fault of shape as a diagnostic; the kernel tells the kinds apart in the sentence only. */
export function shapeFault(source: TemplateSource, { pointer, message }: Violation): Diagnostic {
  const code: DiagnosticCode = /is not supported|^unknown member/.test(message)
    ? 'MEMBER_UNSUPPORTED'
    : message.endsWith('is missing')
      ? 'MEMBER_MISSING'
      : message.includes('not pinned by digest')
        ? 'IMAGE_NOT_PINNED'
        : 'MEMBER_INVALID';
  return source.fault(code, pointer, message, { key: code === 'MEMBER_UNSUPPORTED' });
}

function checkNames(source: TemplateSource, top: Top): Diagnostic[] {
  const faults: Diagnostic[] = [];
  const add = (code: DiagnosticCode, pointer: string, message: string): void =>
    void faults.push(source.fault(code, pointer, message, { key: true }));
  const networks = new Set([...Object.keys(top.networks ?? {}), 'default']);
  const volumes = new Set(Object.keys(top.volumes ?? {}));
  if (Object.keys(top.services).length === 0) add('MEMBER_MISSING', '/services', 'the template has no service');
  for (const kind of ['networks', 'volumes'] as const) {
    for (const key of Object.keys(top[kind] ?? {})) {
      if (!RESOURCE_NAME.test(key)) add('MEMBER_INVALID', shape.step(`/${kind}`, key), 'the name has other characters');
    }
  }
  const fixedNames = new Set<string>();
  const fixedPorts = new Set<string>();
  for (const [name, one] of Object.entries(top.services)) {
    const at = shape.step('/services', name);
    if (!SERVICE_NAME.test(name)) add('MEMBER_INVALID', at, 'names of services are made of a-z, 0-9, ".", "_" and "-"');
    for (const { service: other } of one.depends_on ?? []) {
      if (!Object.hasOwn(top.services, other))
        add('NAME_UNKNOWN', `${at}/depends_on`, `there is no service "${other.slice(0, 60)}"`);
      if (other === name) add('DEPENDENCY_CYCLE', `${at}/depends_on`, 'a service cannot wait for itself');
    }
    if (one.network_mode !== undefined && (one.networks ?? []).length > 0) {
      add('MEMBER_INVALID', `${at}/network_mode`, '"networks" and "network_mode" exclude each other');
    }
    if (one.network_mode !== undefined && (one.ports ?? []).length > 0) {
      add('MEMBER_INVALID', `${at}/ports`, `no port can be published with network_mode "${one.network_mode}"`);
    }
    for (const { network } of one.networks ?? []) {
      if (!networks.has(network))
        add('NAME_UNKNOWN', `${at}/networks`, `there is no network "${network.slice(0, 60)}"`);
    }
    (one.volumes ?? []).forEach(({ kind, source: volume }, index) => {
      if (kind !== 'volume' || volume === null || volumes.has(volume)) return;
      add('NAME_UNKNOWN', `${at}/volumes/${index}`, `there is no volume "${volume.slice(0, 60)}" under "volumes"`);
    });
    const targets = [...(one.volumes ?? []), ...(one.tmpfs ?? [])].map((each) => each.target);
    if (new Set(targets).size < targets.length) add('MEMBER_INVALID', at, 'two mounts have the same target');
    for (const label of Object.keys(one.labels ?? {})) {
      if (!/^stella\./i.test(label)) continue;
      add('MEMBER_INVALID', shape.step(`${at}/labels`, label), 'labels "stella.…" are given by the deployment');
    }
    if (one.container_name !== undefined) {
      if (fixedNames.has(one.container_name))
        add('MEMBER_INVALID', `${at}/container_name`, 'two services have this name');
      fixedNames.add(one.container_name);
    }
    for (const { hostPort, protocol, hostIp } of one.ports ?? []) {
      if (hostPort === null) continue;
      const key = `${hostPort}/${protocol}`;
      if (fixedPorts.has(`${hostIp}:${key}`) || (fixedPorts.has(`0.0.0.0:${key}`) && !hostIp.includes(':'))) {
        add('MEMBER_INVALID', `${at}/ports`, `port ${key} of the host is published twice`);
      }
      fixedPorts.add(`${hostIp}:${key}`);
    }
  }
  return faults;
}

function resources(written: NonNullable<Top['networks']>): ComposeResource[] {
  return Object.entries(written)
    .map(([key, one]) => ({ key, name: one?.name ?? null, isExternal: one?.external ?? false }))
    .sort((a, b) => compareText(a.key, b.key));
}

function service(name: string, written: WrittenService): ComposeService {
  const limits = written.deploy?.resources?.limits;
  const attachments = written.networks ?? [];
  const networks =
    written.network_mode !== undefined
      ? []
      : attachments.length === 0
        ? [{ network: 'default', aliases: [] }]
        : attachments;
  const settings: ServiceSettings = {
    command: written.command ?? null,
    entrypoint: written.entrypoint ?? null,
    environment: written.environment ?? {},
    ports: sortedBy(
      written.ports ?? [],
      (one) => String(one.containerPort).padStart(5, '0'),
      (one) => one.protocol,
      (one) => `${one.hostIp}:${one.hostPort}`,
    ),
    mounts: sortedBy([...(written.volumes ?? []), ...(written.tmpfs ?? [])], (one) => one.target),
    networks: sortedBy(networks, (one) => one.network).map((one) => ({ ...one, aliases: sortedUnique(one.aliases) })),
    networkMode: written.network_mode ?? null,
    healthcheck: written.healthcheck ?? null,
    userLabels: written.labels ?? {},
    restart: written.restart ?? { policy: 'no', maxRetries: 0 },
    user: written.user === undefined ? null : String(written.user),
    hostname: written.hostname ?? null,
    workingDir: written.working_dir ?? null,
    isReadOnly: written.read_only ?? false,
    capAdd: sortedUnique(written.cap_add ?? []),
    capDrop: sortedUnique(written.cap_drop ?? []),
    stopGracePeriodMs: written.stop_grace_period ?? 10_000,
    stopSignal: written.stop_signal ?? null,
    nanoCpus: limits?.cpus ?? null,
    memoryBytes: limits?.memory ?? null,
    extraHosts: sortedUnique(written.extra_hosts ?? []),
    isInit: written.init ?? false,
    containerName: written.container_name ?? null,
  };
  return { name, image: written.image, settings, dependsOn: sortedBy(written.depends_on ?? [], (one) => one.service) };
}
