import { digestOf, digestOfJson, parseJson } from '@stella-ops/engine-kernel';
import { describe, expect, test } from 'vitest';
import { modelOrThrow } from './diagnostics.ts';
import { lockFile } from './lock-file.ts';
import { readCompose } from './read-compose.ts';
import { readPlan } from './read-plan.ts';
import { readScriptTemplate } from './read-script.ts';
import { renderCompose } from './render-compose.ts';
import { renderScript } from './render-script.ts';
import { releaseOf } from './testing/release.ts';

const FOREIGN = `docker.io/library/redis@${digestOf('redis')}`;
const TEMPLATE = `
name: shop
services:
  web:
    image: component:web
    ports: ["127.0.0.1:8080:80"]
    depends_on: {api: {condition: service_healthy}}
  api:
    image: component:api
    environment: {MODE: "production", PRICE: "$$5"}
    healthcheck: {test: [CMD, /check], interval: 1s}
    volumes: ["cache:/cache:ro", "/etc/ssl:/etc/ssl:ro"]
  cache: {image: "${FOREIGN}", volumes: ["cache:/data"]}
volumes: {cache: {}}
`;
const model = (text = TEMPLATE) => modelOrThrow(readCompose(Buffer.from(text), 'compose.yaml'));
const script = (text: string) => modelOrThrow(readScriptTemplate(Buffer.from(text), 'script.yaml'));

describe('a rendered Compose template', () => {
  test('gives the same bytes whatever the order of the file and of the images', () => {
    const release = releaseOf();
    const turned = { ...release, images: Object.fromEntries(Object.entries(release.images).reverse()) };
    const other = TEMPLATE.replace(/\{MODE: .*\}/, () => '["PRICE=$$5", "MODE=production"]');
    expect(renderCompose(model(other), turned).bytes).toEqual(renderCompose(model(), release).bytes);
  });

  test('labels say whose container it is, and the hash of the settings does not depend on the release', () => {
    const one = renderCompose(model(), releaseOf('one')).plan;
    const two = renderCompose(model(), releaseOf('two')).plan;
    const web = one.services.find((each) => each.name === 'web');
    expect(web?.labels).toEqual({
      'stella.project': 'shop-production',
      'stella.service': 'web',
      'stella.component': 'web',
      'stella.deployment.id': 'deployment-one',
      'stella.release.id': 'release-one',
      'stella.environment': 'production',
      'stella.digest': digestOf('one web manifest'),
      'stella.config.hash': web?.configHash,
    });
    expect(two.services.map((each) => each.configHash)).toEqual(one.services.map((each) => each.configHash));
    expect(digestOfJson(two)).not.toBe(digestOfJson(one));
  });

  test('services whose port, name, host network or data allow one container alone are replaced stop-first', () => {
    const order = (lines: string) =>
      renderCompose(model(`services: {web: {image: "component:web", ${lines}}}\nvolumes: {v: {}}`), releaseOf()).plan
        .services[0]?.order;
    expect(order('ports: ["8080:80"]')).toEqual({ isStartFirst: false, reason: 'it publishes port 8080 of the host' });
    expect(order('container_name: shop')).toEqual({ isStartFirst: false, reason: 'it has the fixed name "shop"' });
    expect(order('network_mode: host')?.isStartFirst).toBe(false);
    expect(order('volumes: ["v:/v"]')?.reason).toBe('two writers could spoil the volume "v"');
    expect(order('volumes: ["/srv:/v"]')?.reason).toBe('two writers could spoil the folder "/srv"');
    expect(order('volumes: ["v:/v:ro"], ports: [80], tmpfs: /run')).toEqual({ isStartFirst: true, reason: null });
  });

  test('a component that the release does not hold is named', () => {
    const { images, ...rest } = releaseOf();
    void images;
    expect(() => renderCompose(model(), { ...rest, images: {} })).toThrow(
      expect.objectContaining({ code: 'COMPOSE_IMAGE_MISSING', message: expect.stringContaining('"api"') as unknown }),
    );
    expect(() => renderCompose(model('services: {a: {image: "component:constructor"}}'), releaseOf())).toThrow(
      expect.objectContaining({ code: 'COMPOSE_IMAGE_MISSING' }),
    );
  });

  test.each(['', '../x', 'Shop', '-a', 'a'.repeat(64)])('%j is no project', (project) => {
    expect(() => renderCompose(model(), { ...releaseOf(), project })).toThrow(
      expect.objectContaining({ code: 'COMPOSE_INVALID' }),
    );
  });

  test('the lock file is a template again that means the same', () => {
    const { plan } = renderCompose(model(), releaseOf());
    const text = lockFile(plan)
      .replaceAll(/^ {6}stella\..*\n/gm, '')
      .replaceAll(/^ {4}labels:\n/gm, '');
    const again = model(text);
    expect(again.services.map((one) => one.settings)).toEqual(plan.services.map((one) => one.settings));
    expect(again.services.map((one) => one.image)).toEqual(
      plan.services.map(({ image }) => ({
        kind: 'digest',
        repository: image.repository,
        digest: image.manifestDigest,
      })),
    );
  });
});

describe('a plan that somebody else rendered', () => {
  const { plan, bytes, digest } = renderCompose(model(), releaseOf());

  test('reads back as it was rendered, and its digest is that of the value', () => {
    const value = parseJson(bytes, 'plan');
    expect(digestOfJson(value)).toBe(digest);
    expect(digestOfJson(readPlan(value, 'plan'))).toBe(digest);
  });

  test('is refused when a value does not follow from the others', () => {
    const change = (edit: (copy: Record<string, unknown>) => void) => {
      const copy = structuredClone(plan) as unknown as Record<string, unknown>;
      edit(copy);
      return () => readPlan(copy, 'plan');
    };
    const service = (copy: Record<string, unknown>) =>
      (copy['services'] as Record<string, Record<string, unknown>>[])[0] ?? {};
    const cases = [
      change((copy) => Object.assign(copy, { format: 'stella.compose-plan/v2' })),
      change((copy) => Object.assign(copy, { deploymentId: 'another' })),
      change((copy) => Object.assign(service(copy)['settings'] ?? {}, { user: 'root' })),
      change((copy) => Object.assign(service(copy)['image'] ?? {}, { manifestDigest: digestOf('other') })),
      change((copy) => Object.assign(service(copy)['labels'] ?? {}, { 'stella.digest': digestOf('other') })),
    ];
    for (const read of cases) expect(read).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
    expect(change((copy) => Object.assign(copy, { extra: 1 }))).toThrow(
      expect.objectContaining({ code: 'SHAPE_INVALID' }),
    );
  });
});

describe('a script template', () => {
  const TEXT = `
kind: script
archive: component:web
files:
  bin/start: {content: "#!/bin/sh\\n", executable: true}
  etc/app.conf: |
    price=$5 \${HOME}
hooks:
  install: {argv: [/bin/sh, -c, "echo $STELLA_RELEASE_DIR"], timeoutSeconds: 30, environment: {A: 1}}
  verify: {argv: [curl, -f, "http://127.0.0.1:8080"]}
`;

  test('hooks are argument lists, texts stand as they are written', () => {
    const { plan } = renderScript(script(TEXT), releaseOf());
    expect(plan.hooks).toEqual({
      before: null,
      install: { argv: ['/bin/sh', '-c', 'echo $STELLA_RELEASE_DIR'], timeoutSeconds: 30, environment: { A: '1' } },
      verify: { argv: ['curl', '-f', 'http://127.0.0.1:8080'], timeoutSeconds: 300, environment: {} },
      after: null,
      rollback: null,
    });
    expect(plan.files.map((one) => one.path)).toEqual(['bin/start', 'etc/app.conf']);
    expect(plan.components.map((one) => one.component)).toEqual(['api', 'web']);
    expect(plan.keep).toBe(5);
  });

  test('the folder of a release is named by its content, not by the deployment', () => {
    const one = renderScript(script(TEXT), releaseOf('one')).plan;
    const again = renderScript(script(TEXT), { ...releaseOf('one'), labels: releaseOf('two').labels }).plan;
    const two = renderScript(script(TEXT), releaseOf('two')).plan;
    expect(again.contentDigest).toBe(one.contentDigest);
    expect(two.contentDigest).not.toBe(one.contentDigest);
    expect(readPlan(structuredClone(one), 'plan')).toEqual(one);
    expect(() => readPlan({ ...one, files: [] }, 'plan')).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }));
  });

  test.each([
    ['kind: script\nhooks: {install: {argv: []}}', 'fewer than 1'],
    ['kind: script\nhooks: {install: {argv: "rm -rf /"}}', 'expected a list'],
    ['kind: script\nhooks: {install: {argv: [a], shell: true}}', 'name the shell in "argv"'],
    ['kind: script\nhooks: {install: {argv: [a], timeoutSeconds: 0}}', 'less than 1'],
    ['kind: script\nhooks: {deploy: {argv: [a]}}', 'hooks.deploy is not supported'],
    ['kind: script\nhooks: {}', 'does nothing'],
    ['kind: script\nhooks: {install: {argv: [a]}}\nfiles: {../x: a}', 'relative path'],
    ['kind: script\nhooks: {install: {argv: [a]}}\nfiles: {/etc/passwd: a}', 'relative path'],
    ['kind: script\nhooks: {install: {argv: [a]}}\nfiles: {a/../../x: a}', 'relative path'],
    ['kind: script\nhooks: {install: {argv: [a]}}\nfiles: {a: x, a/b: y}', 'a file and a folder'],
    ['kind: compose\nhooks: {}', 'expected "script"'],
    ['kind: script\narchive: web\nhooks: {}', 'component:NAME'],
  ])('%j says %j', (text, message) => {
    const read = readScriptTemplate(Buffer.from(text), 'script.yaml');
    expect(read.ok ? [] : read.diagnostics.map((one) => one.message).join()).toContain(message);
  });
});
