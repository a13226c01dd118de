import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillShop } from '@stella-ops/app-server/demo';
import type { ByteStream } from '@stella-ops/contracts';
import { type Deployment, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { describeNeeding } from '@stella-ops/testkit';
import { makeTenant, startTestServer, TEST_PASSWORD, type TestServer } from '@stella-ops/testkit/product';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeFaults, CONSOLE_SETTINGS, keepPicture, openBrowser, visit } from './console-browser.ts';
import { enter, heading, keys, reach, settled } from './console-keyboard.ts';
import { type AgentProcess, enrolAgent, startAgentProcess } from './main-job/agent-process.ts';

const TENANT = 'shop';
const TARGETS = ['web-1', 'web-2'];

describeNeeding(['chromium'], 'pages for deployments', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stella-console-agent-'));
  const broken = join(folder, 'broken');
  let server: TestServer;
  let browser: Browser;
  let agent: AgentProcess;
  let people: Awaited<ReturnType<typeof makeTenant>>;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startTestServer({ settings: CONSOLE_SETTINGS }), openBrowser()]);
    people = await makeTenant(server, TENANT);
    await fillShop(people);
    const admin = people.admin.client(DEPLOYMENTS_ROUTES);
    const { body: enrolment } = await admin.createEnrolment({ body: { name: 'host' } });
    const options = { dataDir: join(folder, 'agent'), scriptRoot: join(folder, 'apps') };
    await enrolAgent(options, enrolment);
    agent = await startAgentProcess(options);
    for (const name of TARGETS) {
      await admin.createTarget({ body: { name, environment: 'dev', kind: 'script', agent: 'host' } });
    }
    await admin.setTemplate({
      params: { environmentId: (await environment('dev')).id },
      query: { kind: 'script', strategy: 'rolling', batchSize: 1 },
      body: yaml(TEMPLATE(broken)),
    });
  });
  afterAll(async () => {
    await browser?.close();
    await agent?.end();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const go = (path: string, theme: 'light' | 'dark' = 'light', width = 1440) =>
    visit(browser, server.url, { tenant: TENANT, user: 'rosa', password: TEST_PASSWORD }, path, { theme, width });

  test('by keyboard alone: deploy, read why it failed, resume, roll back by the name of the environment', async () => {
    const { page, context, complaints } = await go('/promotions?environment=dev');
    writeFileSync(broken, '');

    await enter(page, page.getByRole('rowheader', { name: 'shop 1.2.0' }));
    await heading(page, 'shop 1.2.0 to dev');
    await enter(page, page.getByRole('button', { name: 'Deploy' }));
    // The page follows: it fails on the first host, and the second is not begun.
    await page.getByRole('row', { name: /web-1.*Failed/ }).waitFor();
    await page.getByRole('row', { name: /web-2.*Skipped/ }).waitFor();
    const steps = page.getByRole('list', { name: 'Steps on web-1' });
    await steps.getByText('DEPLOY_HOOK_FAILED').waitFor();
    const output = page.getByRole('log', { name: 'Output of web-1' });
    await output.getByText('error: the shop does not answer').waitFor();
    await enter(page, page.getByRole('button', { name: 'Go to the first error' }));
    expect(await page.getByRole('checkbox', { name: 'Follow the end' }).isChecked()).toBe(false);
    await shown('failed', page);

    // What was broken is mended by hand: the same deployment goes on.
    rmSync(broken);
    await enter(page, page.getByRole('button', { name: 'Resume' }));
    await page.getByText('shop 1.2.0 runs in dev on 2 targets.').waitFor();
    await enter(page, page.getByRole('link', { name: 'web-2' }));
    await page.getByRole('list', { name: 'Steps on web-2' }).waitFor();
    await shown('succeeded', page);

    // An approved promotion is deployed by itself; its page leads to the deployment.
    const back = await release('1.0.0');
    const asked = await people.rosa
      .client(RELEASES_ROUTES)
      .requestPromotion({ body: { releaseId: back.id, environment: 'dev', reason: 'Search is broken' } });
    await keys(page, 'g', 'o');
    await enter(page, page.getByRole('rowheader', { name: 'shop 1.0.0' }));
    await page.getByText('shop 1.0.0 runs in dev on 2 targets.').waitFor();
    await enter(page, page.getByRole('link', { name: 'What approved it' }));
    await heading(page, 'shop 1.0.0 to dev');
    expect(new URL(page.url()).pathname).toBe(`/promotions/${asked.body.id}`);
    await enter(page, page.getByRole('link', { name: 'Open deployment' }));

    // Going back shows the digests that come and needs reason and name.
    await enter(page, page.getByRole('button', { name: 'Roll back…' }));
    const dialog = page.getByRole('dialog', { name: 'Roll back dev' });
    await dialog.getByRole('row', { name: /^api.*Changes/ }).waitFor();
    await reach(page, dialog.getByLabel('Reason'));
    await page.keyboard.type('1.2.0 was fine after all');
    await reach(page, dialog.getByLabel('Name of the environment'));
    await page.keyboard.type('prod');
    await page.keyboard.press('Enter');
    await dialog.getByText('Type dev to go on.').waitFor();
    expect((await newest()).release).toBe('shop 1.0.0');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('dev');
    await page.keyboard.press('Enter');
    await heading(page, 'Roll back dev to shop 1.2.0');
    await page.getByText('dev runs shop 1.2.0 again, on 2 targets.').waitFor();
    expect(await newest()).toMatchObject({ kind: 'rollback', state: 'rolled_back', release: 'shop 1.2.0' });
    await shown('rolled-back', page);
    expect(complaints.filter((complaint) => !/status of 404/.test(complaint))).toEqual([]);
    await context.close();
  });

  /** Keeps a picture and looks for faults: light and dark, wide and at 320 px. */
  async function shown(name: string, page: Awaited<ReturnType<typeof go>>['page']): Promise<void> {
    for (const theme of ['light', 'dark'] as const) {
      for (const width of [1440, 320]) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        await settled(page);
        await keepPicture(page, `deployment-${name}-${theme}-${width}`);
        expect(await axeFaults(page), `${name}, ${theme}, ${width} px`).toEqual([]);
        const excess = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(excess, `${name} is wider than ${width} px`).toBeLessThanOrEqual(0);
      }
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 1440, height: 900 });
  }

  async function environment(name: string) {
    const { body } = await people.admin.client(RELEASES_ROUTES).listEnvironments({});
    return body.items.find((one) => one.name === name) ?? missing(name);
  }

  async function release(version: string) {
    const { body } = await people.admin.client(RELEASES_ROUTES).listReleases({});
    return body.items.find((one) => one.version === version) ?? missing(version);
  }

  async function newest(): Promise<Deployment> {
    const { body } = await people.admin.client(DEPLOYMENTS_ROUTES).listDeployments({});
    return body.items[0] ?? missing('a deployment');
  }
});

function missing(what: string): never {
  throw new Error(`the shop has no ${what}`);
}

/** Installs a file and looks whether the shop answers: not while the file `broken` is there. */
const TEMPLATE = (broken: string): string => `kind: script
files:
  bin/note: {content: "#!/bin/sh\\necho $1\\n", executable: true}
hooks:
  install: {argv: [bin/note, installing]}
  verify: {argv: [/bin/sh, -c, "echo checking; if test -e '${broken}'; then echo 'error: the shop does not answer'; exit 1; fi"]}
keep: 2
`;

function yaml(text: string): ByteStream {
  return {
    contentType: 'application/yaml',
    content: (async function* () {
      yield await Promise.resolve(Buffer.from(text));
    })(),
  };
}
