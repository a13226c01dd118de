import { stringify } from 'yaml';
import type { ComposePlan, PlannedService } from './plan-types.ts';

/**
 * The plan as a Compose file with every image pinned, for people on the host and for other tools. It holds the
 * environment of the services, so it belongs in a file that only its owner reads.
 *
 * @returns YAML, the same for equal plans
 */
export function lockFile(plan: ComposePlan): string {
  const document = {
    name: plan.project,
    services: Object.fromEntries(plan.services.map((one) => [one.name, lockService(one)])),
    ...resources('networks', plan.networks),
    ...resources('volumes', plan.volumes),
  };
  return `# Written by a deployment; changed by hand it changes nothing.\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

const escaped = (value: unknown): unknown =>
  typeof value === 'string'
    ? value.replaceAll('$', '$$$$')
    : Array.isArray(value)
      ? value.map(escaped)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escaped(one)]))
        : value;

function resources(kind: string, list: ComposePlan['networks']): Record<string, unknown> {
  if (list.length === 0) return {};
  const rows = list.map(({ key, name, isExternal }) => [key, { name, ...(isExternal ? { external: true } : {}) }]);
  return { [kind]: Object.fromEntries(rows) };
}

function lockService({ image, settings, labels, dependsOn }: PlannedService): unknown {
  const { healthcheck, restart } = settings;
  const limits = {
    ...(settings.nanoCpus === null ? {} : { cpus: String(settings.nanoCpus / 1e9) }),
    ...(settings.memoryBytes === null ? {} : { memory: settings.memoryBytes }),
  };
  const isMeant = ([, value]: [string, unknown]): boolean =>
    value !== null && value !== false && !(typeof value === 'object' && Object.keys(value).length === 0);
  const command = settings.command === null ? {} : { command: settings.command };
  const entrypoint = settings.entrypoint === null ? {} : { entrypoint: settings.entrypoint };
  const members = {
    environment: settings.environment,
    ports: settings.ports.map((one) => ({
      target: one.containerPort,
      ...(one.hostPort === null ? {} : { published: String(one.hostPort) }),
      host_ip: one.hostIp,
      protocol: one.protocol,
    })),
    volumes: settings.mounts.map((one) => ({
      type: one.kind,
      ...(one.source === null ? {} : { source: one.source }),
      target: one.target,
      ...(one.isReadOnly ? { read_only: true } : {}),
      ...(one.sizeBytes === null ? {} : { tmpfs: { size: one.sizeBytes } }),
    })),
    networks: Object.fromEntries(
      settings.networks.map((one) => [one.network, one.aliases.length === 0 ? {} : { aliases: one.aliases }]),
    ),
    network_mode: settings.networkMode,
    healthcheck:
      healthcheck === null
        ? null
        : {
            test: healthcheck.test,
            interval: `${healthcheck.intervalMs}ms`,
            timeout: `${healthcheck.timeoutMs}ms`,
            retries: healthcheck.retries,
            start_period: `${healthcheck.startPeriodMs}ms`,
          },
    labels,
    restart: restart.maxRetries > 0 ? `${restart.policy}:${restart.maxRetries}` : restart.policy,
    depends_on: Object.fromEntries(dependsOn.map((one) => [one.service, { condition: one.condition }])),
    user: settings.user,
    hostname: settings.hostname,
    container_name: settings.containerName,
    working_dir: settings.workingDir,
    read_only: settings.isReadOnly,
    cap_add: settings.capAdd,
    cap_drop: settings.capDrop,
    stop_grace_period: `${settings.stopGracePeriodMs}ms`,
    stop_signal: settings.stopSignal,
    deploy: Object.keys(limits).length === 0 ? null : { resources: { limits } },
    extra_hosts: settings.extraHosts,
    init: settings.isInit,
  };
  return escaped({
    image: image.reference,
    ...command,
    ...entrypoint,
    ...Object.fromEntries(Object.entries(members).filter(isMeant)),
  });
}
