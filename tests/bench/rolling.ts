// `node tests/bench/rolling.ts [hosts]`: a release of five services goes over ten Engines, each with its own network and agent, one
// host after another, while 200 requests a second ask its ports. Needs root, `dockerd`, a registry and debootstrap's parts, as
// `tests/e2e/main-job` does. Prints what it measured and ends with 1 when a request was lost.
import { Fleet, LISTENS } from '../e2e/main-job/fleet.ts';
import { until } from '../e2e/main-job/until.ts';
import { OpenLoop } from './open-loop.ts';

const REQUESTS_PER_SECOND = 200;
const PORTS = [8080, 8081, 8082, 8083, 8084];

const names = Array.from({ length: Number(process.argv[2] ?? 10) }, (_, index) => `h${index}`);
const service = (port: number) => ({
  image: 'component:web',
  ports: [`${port}:8080`],
  init: true,
  stop_grace_period: '1s',
  healthcheck: { test: LISTENS, interval: '4s', timeout: '30s', retries: 3 },
});
const template = { services: Object.fromEntries(PORTS.map((port) => [`web${port}`, service(port)])) };

const fleet = await Fleet.open(names);
const { company } = fleet;
let lost: number;
try {
  await fleet.push('web', '1');
  await fleet.push('web', '2');
  await company.admin.json(['component', 'create', 'web', `${fleet.registry.host}/shop/web`]);
  await company.environment('prod', template, names, '--strategy', 'rolling', '--batch-size', '1');
  await deploy('1');
  /** By service, then by host: socket files behind which the ports are. */
  const places = await Promise.all(
    PORTS.map((port) =>
      Promise.all(
        fleet.hosts.map(async ({ name, network }) => {
          const path = `${fleet.folder}/${name}-${port}.sock`;
          await network.obey({ do: 'publish', port, path });
          return () => network.ask(path);
        }),
      ),
    ),
  );
  const visitors = new OpenLoop(places, REQUESTS_PER_SECOND);
  const startedMs = performance.now();
  await deploy('2');
  const seconds = (performance.now() - startedMs) / 1000;
  const log = await visitors.stop();
  lost = log.unanswered + log.wrong;
  console.log(
    [
      `${names.length} hosts, ${PORTS.length} services each, rolled one after another in ${seconds.toFixed(0)} s`,
      `${log.answered} requests answered at ${(log.answered / log.seconds).toFixed(0)} a second, p95 ${log.p95Ms.toFixed(0)} ms`,
      `${log.second} of them by another host than the first asked`,
      `${lost} lost (goal 0)`,
    ].join('\n'),
  );
} finally {
  await fleet.close();
}
process.exit(lost === 0 ? 0 : 1);

/** A person would watch, but not for minutes on end. */
async function deploy(version: string): Promise<void> {
  const { id } = await company.begin('prod', await company.release({ web: version }));
  const ended = await until(
    () => company.show(id),
    ({ finishedAt }) => finishedAt !== null,
    600_000,
  );
  if (ended.state !== 'succeeded') throw new Error(`the deployment ended ${ended.state}: ${ended.sentence}`);
}
