import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillShop } from '@stella-ops/app-server/demo';
import type { ByteStream } from '@stella-ops/contracts';
import { type DeploymentSummary, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { describeNeeding } from '@stella-ops/testkit';
import { makeTenant, startTestServer, TEST_PASSWORD, type TestServer } from '@stella-ops/testkit/product';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeFaults, CONSOLE_SETTINGS, keepPicture, openBrowser, visit, type Visitor } from './console-browser.ts';
import { enter, heading, jump, move, reach, settled } from './console-keyboard.ts';
import { drawn } from './console-waits.ts';
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
      await admin.createTarget({ body: { name, environment: 'prod', kind: 'script', agent: 'host' } });
    }
    await admin.setTemplate({
      params: { environmentId: (await environment('prod')).id },
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

  const go = (user: 'rosa' | 'sam'): Promise<Visitor> =>
    visit(browser, server.url, { tenant: TENANT, user, password: TEST_PASSWORD }, '/', { isByKeyboard: true });

  test('by keyboard alone: deploy, resume, read why blocked, request, approve as the second person, roll back', async () => {
    const rosa = await go('rosa');
    const sam = await go('sam');
    const { page } = rosa;
    writeFileSync(broken, '');

    // What was approved before there were targets is deployed by hand.
    await openPromotion(page, /shop 1\.0\.0.*prod.*Approved/);
    await heading(page, 'shop 1.0.0 to prod');
    await enter(page, page.getByRole('button', { name: 'Deploy' }));
    // The page follows: it fails on the first host, and the second is not begun.
    await page.getByRole('row', { name: /web-1.*Failed/ }).waitFor();
    await page.getByRole('row', { name: /web-2.*Skipped/ }).waitFor();
    const steps = page.getByRole('list', { name: 'Steps on web-1' });
    await steps.getByText('DEPLOY_HOOK_FAILED').waitFor();
    const output = page.getByRole('log', { name: 'Output of web-1' });
    await output.getByText('error: the shop does not answer').waitFor();
    await enter(page, page.getByRole('button', { name: 'Go to the first error' }));
    await expect.poll(() => page.getByRole('checkbox', { name: 'Follow the end' }).isChecked()).toBe(false);
    await shown('failed', page);

    // What was broken is mended by hand: the same deployment goes on.
    rmSync(broken);
    await enter(page, page.getByRole('button', { name: 'Resume' }));
    await page.getByText('shop 1.0.0 runs in prod on 2 targets.').waitFor();
    await enter(page, page.getByRole('link', { name: 'web-2' }));
    await page.getByRole('list', { name: 'Steps on web-2' }).waitFor();
    await shown('succeeded', page);

    // Rosa sees why 1.1.0 does not go on, and what to do about it.
    await openPromotion(page, /shop 1\.1\.0.*stage.*Blocked/);
    await heading(page, 'shop 1.1.0 to stage');
    const why = page.getByRole('region', { name: 'Why it waits' });
    await why.getByText('upgrade urllib3 to 1.26.5').first().waitFor();
    await why.getByText('VULNERABLE_FIXABLE').first().waitFor();
    await why.getByText(/approve an exception/).waitFor();

    // She cannot approve what she requested, and reads why.
    await jump(page, ['g', 'a'], 'Approvals');
    await enter(page, page.getByRole('tab', { name: /Waits for others/ }), 'ArrowRight');
    const own = page.getByRole('article', { name: 'shop 1.2.0 to stage' });
    await own.getByText('You requested this, so you cannot approve it').waitFor();
    expect(await own.getByRole('button', { name: /Approve/ }).count()).toBe(0);

    // Sam approves it: a reason is required, and the digests are shown.
    await jump(sam.page, ['g', 'a'], 'Approvals');
    await enter(sam.page, sam.page.getByRole('button', { name: 'Approve…' }));
    const review = sam.page.getByRole('dialog', { name: 'Approve shop 1.2.0 for stage' });
    const digests = review.getByRole('table', { name: 'Digests that come to stage' });
    await digests.getByRole('row', { name: /^api.*Changes/ }).waitFor();
    await enter(sam.page, review.getByRole('button', { name: 'Approve request' }));
    await review.getByText('Say why: it is kept with the evidence.').waitFor();
    await reach(sam.page, review.getByLabel('Reason'));
    await sam.page.keyboard.type('Both upgrades are in');
    await enter(sam.page, review.getByRole('button', { name: 'Approve request' }));
    await review.waitFor({ state: 'hidden' });
    await sam.page.getByText('Nothing waits for you', { exact: true }).waitFor();

    // Rosa asks for production, and sees what would change there.
    await jump(page, ['g', 'r'], 'Releases');
    await enter(page, page.getByRole('rowheader', { name: 'shop 1.2.0' }));
    await enter(page, page.getByRole('button', { name: 'Request promotion to prod…' }));
    const request = page.getByRole('dialog', { name: /Request promotion of shop 1\.2\.0/ });
    await request.getByText('Replaces shop 1.0.0. 2 images change.').waitFor();
    await reach(page, request.getByLabel('Reason'));
    await page.keyboard.type('Search for everybody');
    await enter(page, request.getByRole('button', { name: 'Request promotion' }));
    await heading(page, 'shop 1.2.0 to prod');
    await page.getByText('Waits for approval', { exact: true }).first().waitFor();

    // It comes to Sam by itself, who has to type the name of the last environment.
    await enter(sam.page, sam.page.getByRole('button', { name: 'Approve…' }));
    const production = sam.page.getByRole('dialog', { name: 'Approve shop 1.2.0 for prod' });
    await production.getByRole('row', { name: /^web.*Changes/ }).waitFor();
    await reach(sam.page, production.getByLabel('Reason'));
    await sam.page.keyboard.type('Stage looks right');
    await typeName(sam.page, production, 'stage', async () => {
      const releases = (await admin()).client(RELEASES_ROUTES);
      const { body } = await releases.listPromotions({ query: { environment: 'prod' } });
      const asked = body.items.find(({ release }) => release === 'shop 1.2.0');
      expect(asked?.approvals).toEqual([]);
      // Its gates may be looked at again just now.
      expect(asked?.state).toMatch(/^pending_/);
    });
    await production.waitFor({ state: 'hidden' });

    // It is deployed by itself; Rosa's page has followed, and leads to the deployment and back.
    await enter(page, page.getByRole('link', { name: 'Open deployment' }));
    await page.getByText('shop 1.2.0 runs in prod on 2 targets.').waitFor();
    await enter(page, page.getByRole('link', { name: 'What approved it' }));
    await heading(page, 'shop 1.2.0 to prod');
    await page.getByText('Stage looks right').waitFor();
    await expect.poll(() => page.title()).toBe('shop 1.2.0 to prod · Stella Ops');
    await enter(page, page.getByRole('link', { name: 'Open deployment' }));

    // Going back shows the digests that come and needs reason and name.
    await enter(page, page.getByRole('button', { name: 'Roll back…' }));
    const dialog = page.getByRole('dialog', { name: 'Roll back prod' });
    await dialog.getByRole('row', { name: /^api.*Changes/ }).waitFor();
    await reach(page, dialog.getByLabel('Reason'));
    await page.keyboard.type('Search finds nothing');
    await typeName(page, dialog, 'dev', async () => {
      expect((await newest()).release).toBe('shop 1.2.0');
    });
    await heading(page, 'Roll back prod to shop 1.0.0');
    await page.getByText('prod runs shop 1.0.0 again, on 2 targets.').waitFor();
    await expect.poll(newest).toMatchObject({ kind: 'rollback', state: 'rolled_back', release: 'shop 1.0.0' });
    await shown('rolled-back', page);
    expect([...rosa.complaints, ...sam.complaints]).toEqual([]);
    await Promise.all([rosa.context.close(), sam.context.close()]);
  });

  /** Signed in anew: on a busy machine the story is longer than a token. */
  const admin = () => server.signIn(TENANT, 'admin', TEST_PASSWORD);

  /** From anywhere to the page of a promotion in the list. */
  async function openPromotion(page: Page, row: RegExp): Promise<void> {
    await jump(page, ['g', 'p'], 'Promotions');
    const names = page.getByRole('grid', { name: 'Promotions' }).getByRole('rowheader');
    await reach(page, names.first());
    await move(page, 'ArrowDown', page.getByRole('row', { name: row }).getByRole('rowheader'));
    await page.keyboard.press('Enter');
  }

  /** Types the name of another environment, which does nothing, and then that of production. */
  async function typeName(page: Page, dialog: Locator, wrong: string, isNothing: () => Promise<void>): Promise<void> {
    await reach(page, dialog.getByLabel('Name of the environment'));
    await page.keyboard.type(wrong);
    await page.keyboard.press('Enter');
    await dialog.getByText('Type prod to go on.').waitFor();
    await isNothing();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('prod');
    await page.keyboard.press('Enter');
  }

  /** Keeps a picture and looks for faults: light and dark, wide and at 320 px. */
  async function shown(name: string, page: Page): Promise<void> {
    for (const theme of ['light', 'dark'] as const) {
      for (const width of [1440, 320]) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        await settled(page);
        await keepPicture(page, `deployment-${name}-${theme}-${width}`);
        expect(await axeFaults(page), `${name}, ${theme}, ${width} px`).toEqual([]);
        await drawn(page);
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

  async function newest(): Promise<DeploymentSummary> {
    const { body } = await (await admin()).client(DEPLOYMENTS_ROUTES).listDeployments({});
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
