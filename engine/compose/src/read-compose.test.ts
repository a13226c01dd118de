import { digestOf } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { readCompose } from './read-compose.ts';
import type { ComposeModel, Diagnostic } from './types.ts';

const PINNED = `registry.example/db@${digestOf('db')}`;

function model(text: string): ComposeModel {
  const read = readCompose(Buffer.from(text), 'compose.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics, null, 1));
  return read.model;
}

function faults(text: string): readonly Diagnostic[] {
  const read = readCompose(Buffer.from(text), 'compose.yaml');
  return read.ok ? [] : read.diagnostics;
}

const service = (...lines: string[]) =>
  `services:\n  web:\n    image: component:web\n${lines.map((line) => `    ${line}\n`).join('')}`;
const settings = (...lines: string[]) => model(service(...lines)).services[0]?.settings;

describe('what a Compose file means', () => {
  test('a service with an image alone has every default written out', () => {
    expect(model(service())).toEqual({
      kind: 'compose',
      name: null,
      components: ['web'],
      networks: [{ key: 'default', name: null, isExternal: false }],
      volumes: [],
      services: [
        {
          name: 'web',
          image: { kind: 'component', component: 'web' },
          dependsOn: [],
          settings: expect.objectContaining({
            command: null,
            entrypoint: null,
            restart: { policy: 'no', maxRetries: 0 },
            stopGracePeriodMs: 10_000,
            networks: [{ network: 'default', aliases: [] }],
            healthcheck: null,
          }) as unknown,
        },
      ],
    });
  });

  test('short and long forms mean the same', () => {
    const withDb = (text: string) =>
      model(`${text}  db:\n    image: ${PINNED}\nvolumes: {data: {}}\n`).services.find((one) => one.name === 'web');
    const a = withDb(
      service(
        'ports: ["127.0.0.1:8080:80", "53:53/udp", 9000]',
        'volumes: ["data:/var/lib/app:ro", "/etc/app:/etc/app"]',
        'environment: ["A=1", "B=x=y"]',
        'labels: ["team=shop"]',
        'depends_on: [db]',
        'command: serve --port "80 80"',
        'extra_hosts: ["db:10.0.0.7"]',
        'tmpfs: /run:size=64m',
      ),
    );
    const b = withDb(
      service(
        'ports:',
        '  - {target: 9000}',
        '  - {target: 53, published: "53", protocol: udp}',
        '  - {target: 80, published: 8080, host_ip: 127.0.0.1}',
        'volumes:',
        '  - {type: tmpfs, target: /run, tmpfs: {size: 67108864}}',
        '  - {type: bind, source: /etc/app, target: /etc/app}',
        '  - {type: volume, source: data, target: /var/lib/app, read_only: true}',
        'environment: {B: x=y, A: 1}',
        'labels: {team: shop}',
        'depends_on: {db: {condition: service_started}}',
        'command: [serve, --port, "80 80"]',
        'extra_hosts: {db: 10.0.0.7}',
      ),
    );
    expect(a).toEqual(b);
    expect(a?.settings.ports).toContainEqual({
      hostIp: '127.0.0.1',
      hostPort: 8080,
      containerPort: 80,
      protocol: 'tcp',
    });
  });

  test('a health check, limits and a restart policy are read with their units', () => {
    expect(
      settings(
        'healthcheck: {test: "curl -f localhost", interval: 1m30s, timeout: 500ms, retries: 5, start_period: 10s}',
        'deploy: {resources: {limits: {cpus: "0.5", memory: 512m}}}',
        'restart: on-failure:3',
        'stop_grace_period: 1m',
      ),
    ).toMatchObject({
      healthcheck: {
        test: ['CMD-SHELL', 'curl -f localhost'],
        intervalMs: 90_000,
        timeoutMs: 500,
        retries: 5,
        startPeriodMs: 10_000,
      },
      nanoCpus: 500_000_000,
      memoryBytes: 512 * 1024 ** 2,
      restart: { policy: 'on-failure', maxRetries: 3 },
      stopGracePeriodMs: 60_000,
    });
  });

  test('services come after those that they depend on, whatever their order in the file', () => {
    const text = ['a: [b]', 'b: [c]', 'c: []', 'd: [a, c]'].map((row) => {
      const [name, needs] = row.split(': ');
      return `  ${name}: {image: "component:x", depends_on: ${needs}}\n`;
    });
    expect(model(`services:\n${text.join('')}`).services.map((one) => one.name)).toEqual(['c', 'b', 'a', 'd']);
  });

  test('two dollar signs are one, and nothing else with a dollar sign is taken', () => {
    expect(settings('environment: {A: "cost $$5 $${X}"}')?.environment['A']).toBe('cost $5 ${X}');
    for (const text of ['${A}', '$A', '${A:-b}', 'x$', '$$$A']) {
      expect(faults(service(`command: ["${text}"]`)), text).toMatchObject([
        { code: 'INTERPOLATION_REFUSED', pointer: '/services/web/command/0', line: 4 },
      ]);
    }
  });

  test('a number that would read back differently is refused, not changed', () => {
    expect(faults(service('environment: {VERSION: 1.10}'))).toMatchObject([
      { code: 'MEMBER_INVALID', message: '1.10 would become 1.1: write it in quotes' },
    ]);
    expect(settings('environment: {VERSION: "1.10", PORT: 80, ON: true}')?.environment).toEqual({
      VERSION: '1.10',
      PORT: '80',
      ON: 'true',
    });
  });
});

describe('what is refused by name', () => {
  test('build is refused with its place and the reason', () => {
    expect(faults(service('build: .'))).toEqual([
      {
        file: 'compose.yaml',
        line: 4,
        column: 5,
        pointer: '/services/web/build',
        code: 'MEMBER_UNSUPPORTED',
        message: 'services.web.build is not supported: images come from releases by digest',
        hint: 'Remove the member; what is not carried out must not look as if it were.',
      },
    ]);
  });

  test.each([
    ['version: "3"\n', 'version'],
    ['x-common: {}\n', 'x-common'],
    ['configs: {}\n', 'configs'],
    ['networks: {a: {driver_opts: {}}}\n', 'networks.a.driver_opts'],
    ['networks: {a: {internal: true}}\n', 'networks.a.internal'],
    ['volumes: {a: {driver_opts: {}}}\n', 'volumes.a.driver_opts'],
  ])('%j at the top', (text, name) => {
    expect(faults(service() + text)).toMatchObject([
      { code: 'MEMBER_UNSUPPORTED', message: expect.stringContaining(`${name} is not supported`) as unknown },
    ]);
  });

  test.each([
    ['privileged: true', 'services.web.privileged'],
    ['env_file: a.env', 'services.web.env_file'],
    ['logging: {driver: none}', 'services.web.logging'],
    ['deploy: {replicas: 2}', 'services.web.deploy.replicas'],
    ['deploy: {resources: {reservations: {}}}', 'services.web.deploy.resources.reservations'],
    ['healthcheck: {test: a, start_interval: 1s}', 'services.web.healthcheck.start_interval'],
    ['networks: {default: {ipv4_address: 10.0.0.1}}', 'services.web.networks.default.ipv4_address'],
    ['ports: [{target: 80, mode: host}]', 'services.web.ports.0.mode'],
    ['volumes: [{type: bind, source: /a, target: /b, bind: {}}]', 'services.web.volumes.0.bind'],
  ])('%s', (text, name) => {
    expect(faults(service(text))).toMatchObject([
      { code: 'MEMBER_UNSUPPORTED', message: expect.stringContaining(`${name} is not supported`) as unknown },
    ]);
  });

  test.each([
    ['environment: [HOME]', 'no value'],
    ['environment: {HOME: }', 'no value'],
    ['ports: ["3000-3005:3000-3005"]', 'range'],
    ['ports: ["0:80"]', 'expected a port'],
    ['ports: ["300.1.1.1:80:80"]', 'expected a port'],
    ['volumes: [/data]', 'anonymous'],
    ['volumes: ["./a:/b"]', 'beside the template'],
    ['volumes: ["data:/a"]', 'no volume "data"'],
    ['volumes: ["/a:/b/../c"]', 'expected a mount'],
    ['volumes: ["/a:/x:ro", "/b:/x:ro"]', 'same target'],
    ['depends_on: [db]', 'no service "db"'],
    ['depends_on: {web: {condition: service_completed_successfully}}', 'not supported'],
    ['depends_on: [web]', 'cannot wait for itself'],
    ['networks: [front]', 'no network "front"'],
    ['network_mode: bridge', 'expected "none" or "host"'],
    ['{network_mode: none, ports: [80]}', ''],
    ['labels: {stella.digest: x}', 'given by the deployment'],
    ['restart: sometimes', 'expected "no"'],
    ['stop_grace_period: 10', 'expected a duration'],
    ['command: sh -c "oops', 'not closed'],
    ['cap_add: [cap_net]', 'expected a capability'],
    ['healthcheck: {interval: 1s}', 'has a "test"'],
  ])('%s says %j', (text, message) => {
    const [first] = faults(service(text));
    expect(first?.message).toContain(message);
    expect(first?.line).toBeGreaterThanOrEqual(1);
  });

  test.each(['nginx', 'nginx:1.27', 'registry.example/app:1@sha256:beef', '', 'component:../x'])(
    'the image %j is not pinned',
    (image) => {
      expect(faults(`services: {web: {image: "${image}"}}`)).toMatchObject([{ pointer: '/services/web/image' }]);
    },
  );

  test('services that wait for each other are named', () => {
    const text =
      'services:\n  a: {image: "component:x", depends_on: [b]}\n  b: {image: "component:x", depends_on: [a]}\n';
    expect(faults(text)).toMatchObject([{ code: 'DEPENDENCY_CYCLE', message: 'services wait for each other: a, b' }]);
  });
});

describe('hostile documents', () => {
  test.each([
    ['a: &a 1\nb: *a\n', 'YAML_FEATURE_REFUSED'],
    ['a: !!binary aGk=\n', 'YAML_FEATURE_REFUSED'],
    ['a: 1\na: 2\n', 'YAML_DUPLICATE_KEY'],
    ['<<: {}\n', 'YAML_FEATURE_REFUSED'],
    ['a: 1\n---\nb: 1\n', 'YAML_FEATURE_REFUSED'],
    ['a: [\n', 'YAML_INVALID'],
    [`a: ${'['.repeat(1000)}`, 'TEMPLATE_TOO_DEEP'],
    [`a: ${'x'.repeat(1024 * 1024)}`, 'TEMPLATE_TOO_LARGE'],
    ['__proto__: {polluted: true}\n', 'MEMBER_UNSUPPORTED'],
    ['[]', 'MEMBER_INVALID'],
    ['', 'MEMBER_INVALID'],
  ])('%j', (text, code) => {
    expect(faults(text)).toContainEqual(expect.objectContaining({ code }));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('bytes that are not UTF-8', () => {
    expect(readCompose(Buffer.from([0xff, 0xfe]), 'x')).toMatchObject({ ok: false });
  });

  test('a flood of faults ends at a hundred', () => {
    const text = `services:\n${Array.from({ length: 100 }, (_, i) => `  s${i}: {build: ., image: "component:x", scale: 2}\n`).join('')}`;
    expect(faults(text)).toHaveLength(100);
  });
});
