import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ConfigSections } from '@stella-ops/platform/runtime';
import type * as ServerConfig from '../../apps/server/src/config.ts';
import type * as Metrics from '../../apps/server/src/metric-catalogues.ts';
import type * as Services from '../../apps/server/src/services.ts';

const server = join(import.meta.dirname, '..', '..', 'apps', 'server', 'src');
const load = <M>(file: string): Promise<M> => import(pathToFileURL(join(server, file)).href) as Promise<M>;

/** Every service that a server process can run. */
export async function allServices(): Promise<typeof Services.SERVICES> {
  return (await load<typeof Services>('services.ts')).SERVICES;
}

/** Every section of the configuration: the process's own, then those of the services. */
export async function allSections(): Promise<ConfigSections> {
  const { PROCESS_CONFIG } = await load<typeof ServerConfig>('config.ts');
  return { ...PROCESS_CONFIG, ...Object.fromEntries((await allServices()).map(({ id, config }) => [id, config])) };
}

/** Every metric of the product, by the part that has it. */
export async function allMetrics(): Promise<typeof Metrics.METRIC_CATALOGUES> {
  return (await load<typeof Metrics>('metric-catalogues.ts')).METRIC_CATALOGUES;
}
