import { fillShop } from '@stella-ops/app-server/demo';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { describeNeeding } from '@stella-ops/testkit';
import { makeTenant, startTestServer, TEST_PASSWORD, type TestServer } from '@stella-ops/testkit/product';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  axeFaults,
  CONSOLE_SETTINGS,
  keepPicture,
  openBrowser,
  visit,
  type Visitor,
  type VisitOptions,
} from './console-browser.ts';
import { settled } from './console-keyboard.ts';

const TENANT = 'shop';

describeNeeding(['chromium'], 'pages for releases', () => {
  let server: TestServer;
  let browser: Browser;
  let people: Awaited<ReturnType<typeof makeTenant>>;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startTestServer({ settings: CONSOLE_SETTINGS }), openBrowser()]);
    people = await makeTenant(server, TENANT);
    await fillShop(people);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const go = (user: 'admin' | 'rosa' | 'sam', path: string, options: VisitOptions = {}): Promise<Visitor> =>
    visit(browser, server.url, { tenant: TENANT, user, password: TEST_PASSWORD }, path, options);

  test('an environment that is frozen says so, until when, and why; ending the freeze asks for its name', async () => {
    const { page, context, complaints } = await go('admin', '/environments');
    await page.getByRole('rowheader', { name: 'dev', exact: true }).getByRole('link').click();
    await page.getByRole('button', { name: 'Freeze…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Freeze dev' });
    await dialog.getByLabel('Reason').fill('Stocktaking');
    await dialog.getByLabel('Ends').fill('yesterday');
    await dialog.getByRole('button', { name: 'Freeze dev' }).click();
    await dialog.getByText('In UTC, such as 2026-12-24 12:00.').last().waitFor();
    await dialog.getByLabel('Ends').fill('2099-12-24 12:00');
    await dialog.getByRole('button', { name: 'Freeze dev' }).click();
    await page.getByText('Frozen until 2099-12-24 12:00 UTC: Stocktaking').waitFor();
    await keepPicture(page, 'environment-frozen');
    await page.getByRole('button', { name: 'End freeze…' }).click();
    const end = page.getByRole('dialog', { name: 'End the freeze of dev' });
    await end.getByRole('button', { name: 'End freeze' }).click();
    await end.getByText('Type dev to go on.').waitFor();
    await end.getByLabel('Name of the environment').fill('dev');
    await end.getByRole('button', { name: 'End freeze' }).click();
    await page.getByText('None. Promotions may come at any time.').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('what is wrong in a form stands at its field, and what the server refuses above it', async () => {
    const { page, context } = await go('rosa', '/releases');
    await page.getByRole('button', { name: 'Create release…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create release' });
    await dialog.getByLabel('Version').fill('one');
    await dialog.getByRole('button', { name: 'Create release' }).click();
    await dialog.getByText('A semantic version, such as 1.2.0 or 1.2.0-rc.1.').waitFor();
    await dialog.getByText('Name the image of at least one component.').waitFor();
    await dialog.getByLabel('Version').fill('1.2.0');
    await dialog.getByLabel('web').fill((await anyRelease()).digest);
    await dialog.getByRole('button', { name: 'Create release' }).click();
    await dialog.getByRole('alert').waitFor();
    await context.close();
  });

  test.for(['light', 'dark'] as const)('every page is clean for axe and keeps to its width: %s', async (theme) => {
    const paths = await everyPage();
    for (const [user, name] of [
      ['sam', 'wide'],
      ['rosa', 'narrow'],
    ] as const) {
      const width = name === 'narrow' ? 320 : 1440;
      const { page, context, complaints } = await go(user, '/', { theme, width });
      for (const [title, path] of Object.entries(paths)) {
        await page.goto(`${server.url}${path}`);
        await page.locator('h1').waitFor();
        await page.getByText('as of').first().waitFor();
        await settled(page);
        await keepPicture(page, `releases-${title}-${theme}-${name}`);
        expect(await axeFaults(page), `${path} for ${user}`).toEqual([]);
        const excess = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(excess, `${path} is wider than ${width} px`).toBeLessThanOrEqual(0);
      }
      expect(complaints).toEqual([]);
      await context.close();
    }
  });

  /** Every route of the area, with things that exist. */
  async function everyPage(): Promise<Record<string, string>> {
    const releases = people.admin.client(RELEASES_ROUTES);
    const { body: components } = await releases.listComponents({});
    const { body: environments } = await releases.listEnvironments({});
    const { body: promotions } = await releases.listPromotions({});
    const { body: deployments } = await people.admin.client(DEPLOYMENTS_ROUTES).listDeployments({});
    const blocked = promotions.items.find(({ state }) => state === 'pending_gate');
    const done = promotions.items.find(({ state }) => state === 'approved');
    const release = await anyRelease();
    return {
      approvals: '/approvals',
      decided: '/approvals?tab=done',
      promotions: '/promotions',
      blocked: `/promotions/${blocked?.id ?? ''}`,
      approved: `/promotions/${done?.id ?? ''}`,
      deployments: '/deployments',
      ...(deployments.items[0] === undefined ? {} : { deployment: `/deployments/${deployments.items[0].id}` }),
      releases: '/releases',
      release: `/releases/${release.id}`,
      components: '/components',
      component: `/components/${components.items[0]?.id ?? ''}`,
      environments: '/environments',
      environment: `/environments/${environments.items[1]?.id ?? ''}`,
      digest: `/digests/${release.components[0]?.platforms[0]?.manifestDigest ?? ''}`,
    };
  }

  async function anyRelease() {
    const { body } = await people.admin.client(RELEASES_ROUTES).listReleases({});
    const release = body.items.find(({ version }) => version === '1.0.0');
    if (release === undefined) throw new Error('the shop has no release 1.0.0');
    return release;
  }
});
