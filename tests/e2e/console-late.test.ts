import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { describeNeeding } from '@stella-ops/testkit';
import { TEST_PASSWORD } from '@stella-ops/testkit/product';
import type { BrowserContext } from 'playwright-core';
import { expect, test } from 'vitest';
import { visit } from './console-browser.ts';
import { heading } from './console-keyboard.ts';
import { consoleShop, TENANT } from './console-shop.ts';
import { drawn, focused, loaded } from './console-waits.ts';

/** Programs of pages, which come when somebody goes there. */
const PROGRAMS = /\/assets\/.*\.js$/;

describeNeeding(['chromium'], 'the console while answers are late', () => {
  const shop = consoleShop('late');
  const { go } = shop;

  test('counts nothing, and tells nobody that nothing waits, before it is known', async () => {
    const { page, context } = await go('sam', '/settings/account');
    const letGo = await hold(context, /\/api\/v1\/promotions\?.*isWaitingForMe=true/);
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Approvals' }).click();
    await heading(page, 'Approvals');
    await page.getByRole('tab', { name: 'Waits for others', exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Needs me', exact: true }).waitFor();
    expect(await page.getByText(/Nothing waits|Your roles do not/).count()).toBe(0);
    letGo();
    await page.getByRole('tab', { name: 'Needs me (1)', exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Waits for others (0)', exact: true }).waitFor();
    await context.close();
  });

  test('offers no approval before it is known whether the environment lets this person give it', async () => {
    const { page, context } = await go('sam', '/approvals');
    const letGo = await hold(context, /\/api\/v1\/environments\?/);
    await page.reload();
    const request = page.getByRole('article', { name: 'shop 1.2.0 to stage' });
    await request.waitFor();
    expect(await request.getByRole('button', { name: 'Approve…' }).count()).toBe(0);
    letGo();
    await request.getByRole('button', { name: 'Approve…' }).waitFor();
    await context.close();
  });

  test('calls a packet neither unlogged nor unreadable while its bundle is on the way', async () => {
    const { items } = (await shop.people.sam.client(EVIDENCE_ROUTES).listPackets({ query: { kind: 'decision' } })).body;
    const { page, context } = await go('sam', '/evidence');
    const letGo = await hold(context, /\/bundle$/);
    await page.goto(`${shop.server.url}/evidence/${items[0]?.id}`);
    await page.getByRole('region', { name: 'Signed statement' }).waitFor();
    expect(await page.getByText(/names no entry|cannot be read/).count()).toBe(0);
    letGo();
    await page.getByText(/all 6 checks hold in this browser/).waitFor();
    await context.close();
  });

  test('asks once, however often somebody presses until the page of the promotion is here', async () => {
    const reason = 'Pressed more than once';
    const environment = await environmentOf('dev');
    const { page, context } = await go('rosa', `/environments/${environment.id}`);
    await page.getByRole('button', { name: 'Request promotion…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Request promotion' });
    await dialog.getByLabel('Reason').fill(reason);
    await loaded(page);
    const letGo = await hold(context, PROGRAMS);
    const button = dialog.getByRole('button', { name: 'Request promotion' });
    const answer = page.waitForResponse(
      (one) => one.request().method() === 'POST' && one.url().endsWith('/promotions'),
    );
    await button.click();
    expect((await answer).status()).toBe(201);
    await drawn(page);
    await button.press('Enter');
    await button.click({ force: true });
    letGo();
    await heading(page, / to dev$/);
    const { items } = (await shop.people.rosa.client(RELEASES_ROUTES).listPromotions({ query: { limit: 200 } })).body;
    expect(items.filter((one) => one.reason === reason)).toHaveLength(1);
    await context.close();
  });

  test('sends a form with one field once, though Enter is pressed twice', async () => {
    const { page, context } = await go('admin', '/agents');
    await page.getByRole('button', { name: 'Enrol agent' }).click();
    const dialog = page.getByRole('dialog', { name: 'Enrol agent' });
    await dialog.getByLabel('Name of the agent').fill('pressed-twice');
    let sent = 0;
    page.on('request', (request) => (sent += request.method() === 'POST' ? 1 : 0));
    const letGo = await hold(context, /\/api\/v1\/.*enrolments?$/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    // What is shown once is on its way: Escape does not throw it away.
    await page.keyboard.press('Escape');
    letGo();
    await dialog.getByText(/^stella[-_]enrol/).waitFor();
    expect(sent).toBe(1);
    await context.close();
  });

  test('opens the row that has the focus, also when another came above it', async () => {
    const { page, context } = await go('rosa', '/promotions');
    const rows = page.getByRole('grid', { name: 'Promotions' }).getByRole('row');
    const row = rows.filter({ hasText: 'shop 1.0.0' }).filter({ hasText: 'prod' });
    const { id: releaseId } = await releaseOf('1.0.0');
    await row.getByRole('rowheader').focus();
    const count = await rows.count();
    await shop.people.rosa.client(RELEASES_ROUTES).requestPromotion({
      body: { releaseId, environment: 'dev', reason: 'Comes above' },
    });
    await expect.poll(() => rows.count()).toBeGreaterThan(count);
    await focused(row);
    await page.keyboard.press('Enter');
    await heading(page, 'shop 1.0.0 to prod');
    await context.close();
  });

  test('leaves the focus on a button that turns out to be of no use, and says why', async () => {
    const { items } = (await shop.people.rosa.client(RELEASES_ROUTES).listPromotions({ query: { state: 'approved' } }))
      .body;
    const id = items.find((one) => one.release === 'shop 1.0.0' && one.environment === 'prod')?.id;
    const { page, context } = await go('rosa', '/settings/account');
    const letGo = await hold(context, /\/api\/v1\/targets\?/);
    await page.goto(`${shop.server.url}/promotions/${id}`);
    const deploy = page.getByRole('button', { name: 'Deploy' });
    await deploy.focus();
    letGo();
    await page.getByText('prod has no targets').waitFor();
    await focused(deploy);
    await context.close();
  });

  test('takes letters for what is being opened, not for shortcuts', async () => {
    const { page, context } = await go('sam', '/settings/account');
    await loaded(page);
    const letGo = await hold(context, PROGRAMS);
    await page.keyboard.press('Control+k');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    letGo();
    await page.getByRole('dialog', { name: 'Search and commands' }).waitFor();
    await loaded(page);
    expect(new URL(page.url()).pathname).toBe('/settings/account');
    await context.close();
  });

  test('lays nothing over the word that the session has ended', async () => {
    const users = shop.people.admin.client(AUTHORITY_ROUTES);
    const { body: user } = await users.createUser({
      body: { name: 'lena', displayName: 'Lena', roles: ['release-manager'], password: TEST_PASSWORD },
    });
    const who = { tenant: TENANT, user: 'lena', password: TEST_PASSWORD };
    const { page, context } = await visit(shop.browser, shop.server.url, who, '/');
    await loaded(page);
    const letGo = await hold(context, /\/assets\/palette-.*\.js$/);
    await page.keyboard.press('Control+k');
    await users.resetPassword({ params: { userId: user.id }, body: { password: TEST_PASSWORD } });
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    letGo();
    await drawn(page);
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.getByLabel('Password').waitFor();
    await context.close();
  });

  async function environmentOf(name: string) {
    const { body } = await shop.people.admin.client(RELEASES_ROUTES).listEnvironments({});
    return body.items.find((one) => one.name === name) ?? missing(name);
  }

  async function releaseOf(version: string) {
    const { body } = await shop.people.admin.client(RELEASES_ROUTES).listReleases({ query: { name: 'shop' } });
    return body.items.find((one) => one.version === version) ?? missing(version);
  }
});

function missing(what: string): never {
  throw new Error(`the shop has no ${what}`);
}

/** Keeps answers back; @returns lets them go, and those that come later. */
async function hold(context: BrowserContext, url: RegExp): Promise<() => void> {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  await context.route(url, async (route) => {
    await opened;
    await route.continue();
  });
  return open;
}
