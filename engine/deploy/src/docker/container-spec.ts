import type { ComposePlan, PlannedService } from '@stella-ops/engine-compose';

/**
 * The body of `POST /containers/create` for a service of a plan.
 *
 * @param imageId the verified image on the engine; a name could be moved between the check and the creation
 */
export function containerSpec(plan: ComposePlan, service: PlannedService, imageId: string): Record<string, unknown> {
  const { settings } = service;
  const { healthcheck } = settings;
  const nano = (ms: number): number => ms * 1_000_000;
  const volumeName = (key: string | null): string => plan.volumes.find((one) => one.key === key)?.name ?? key ?? '';
  const [first] = settings.networks;
  const portKey = (one: PlannedService['settings']['ports'][number]): string => `${one.containerPort}/${one.protocol}`;
  const bindings = Object.groupBy(settings.ports, portKey);
  return {
    Image: imageId,
    ...(settings.command === null ? {} : { Cmd: settings.command }),
    // An empty list would mean the entry point of the image; one empty word means none.
    ...(settings.entrypoint === null
      ? {}
      : { Entrypoint: settings.entrypoint.length === 0 ? [''] : settings.entrypoint }),
    Env: Object.entries(settings.environment).map(([name, value]) => `${name}=${value}`),
    Labels: service.labels,
    ...(settings.user === null ? {} : { User: settings.user }),
    ...(settings.hostname === null ? {} : { Hostname: settings.hostname }),
    ...(settings.workingDir === null ? {} : { WorkingDir: settings.workingDir }),
    ...(settings.stopSignal === null ? {} : { StopSignal: settings.stopSignal }),
    StopTimeout: Math.ceil(settings.stopGracePeriodMs / 1000),
    ...(healthcheck === null
      ? {}
      : {
          Healthcheck: {
            Test: healthcheck.test,
            Interval: nano(healthcheck.intervalMs),
            Timeout: nano(healthcheck.timeoutMs),
            StartPeriod: nano(healthcheck.startPeriodMs),
            Retries: healthcheck.retries,
          },
        }),
    ExposedPorts: Object.fromEntries(settings.ports.map((one) => [portKey(one), {}])),
    HostConfig: {
      RestartPolicy: { Name: settings.restart.policy, MaximumRetryCount: settings.restart.maxRetries },
      PortBindings: Object.fromEntries(
        Object.entries(bindings).map(([key, list]) => [
          key,
          (list ?? []).map((one) => ({
            HostIp: one.hostIp,
            HostPort: one.hostPort === null ? '' : String(one.hostPort),
          })),
        ]),
      ),
      Mounts: settings.mounts.map((one) => ({
        Type: one.kind,
        ...(one.source === null ? {} : { Source: one.kind === 'volume' ? volumeName(one.source) : one.source }),
        Target: one.target,
        ReadOnly: one.isReadOnly,
        ...(one.sizeBytes === null ? {} : { TmpfsOptions: { SizeBytes: one.sizeBytes } }),
      })),
      NetworkMode: settings.networkMode ?? (first === undefined ? 'none' : networkName(plan, first.network)),
      ReadonlyRootfs: settings.isReadOnly,
      CapAdd: settings.capAdd,
      CapDrop: settings.capDrop,
      ...(settings.nanoCpus === null ? {} : { NanoCpus: settings.nanoCpus }),
      ...(settings.memoryBytes === null ? {} : { Memory: settings.memoryBytes }),
      ExtraHosts: settings.extraHosts,
      Init: settings.isInit,
    },
    // Older engines take one network at creation; the others are connected before the start.
    ...(first === undefined
      ? {}
      : {
          NetworkingConfig: {
            EndpointsConfig: { [networkName(plan, first.network)]: { Aliases: aliasesOf(service, first) } },
          },
        }),
  };
}

export const networkName = (plan: ComposePlan, key: string): string =>
  plan.networks.find((one) => one.key === key)?.name ?? key;

/** By what names a service is found in a network. */
export const aliasesOf = (service: PlannedService, attachment: { readonly aliases: readonly string[] }): string[] => [
  service.name,
  ...attachment.aliases,
];
