import { fillShop } from '@stella-ops/app-server/demo';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { describeNeeding } from '@stella-ops/testkit';
import { makeTenant, startTestServer, TEST_PASSWORD, type TestServer } from '@stella-ops/testkit/product';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  CONSOLE_SETTINGS,
  keepPicture,
  openBrowser,
  visit,
  type Visitor,
  type VisitOptions,
} from './console-browser.ts';
import { pick } from './console-waits.ts';

const TENANT = 'shop';
/** Images are judged by jobs. */
const POLL = { timeout: 60_000 };

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

  beforeEach(async () => {
    const { id: environmentId, freezes } = await dev();
    for (const { id: freezeId } of freezes) {
      await people.admin.client(RELEASES_ROUTES).deleteFreeze({ params: { environmentId, freezeId } });
    }
  });

  test('an environment that is frozen says so, until when, and why; ending the freeze asks for its name', async () => {
    const { page, context, complaints } = await go('admin', '/environments');
    await page.getByRole('rowheader', { name: 'dev', exact: true }).getByRole('link').click();
    await page.getByRole('button', { name: 'Freeze…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Freeze dev' });
    await dialog.getByLabel('Reason').fill('Stocktaking');
    await dialog.getByLabel('Ends').fill('yesterday');
    await dialog.getByRole('button', { name: 'Freeze dev' }).click();
    // The help of both times says the same; now one of them is wrong.
    await dialog.getByLabel('Ends').and(page.locator('[aria-invalid="true"]')).waitFor();
    await expect.poll(() => dialog.getByText('In UTC, such as 2026-12-24 12:00.').count()).toBe(3);
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
    await dialog.getByLabel('web').fill((await releaseOf('1.0.0')).digest);
    await dialog.getByRole('button', { name: 'Create release' }).click();
    await dialog.getByRole('alert').waitFor();
    await context.close();
  });

  test('a release says what it changes in risk against the one before it, or another one that is chosen', async () => {
    const [first, second] = [await releaseOf('1.0.0'), await releaseOf('1.1.0')];
    const sentence = await riskSentence(second.id, first.id);
    expect(sentence).toContain('shop 1.1.0 against 1.0.0: 1 high finding more');
    const { page, context, complaints } = await go('rosa', `/releases/${second.id}`);
    const section = page.getByRole('region', { name: 'Change of risk' });
    await section.getByText(sentence).waitFor();
    const row = section
      .getByRole('table', { name: 'Findings that differ' })
      .getByRole('row', { name: /CVE-2021-33503/ });
    await row.getByText('Comes', { exact: true }).waitFor();
    await section
      .getByRole('table', { name: 'Packages that differ' })
      .getByRole('row', { name: /urllib3/ })
      .waitFor();
    await section.getByRole('button', { name: /stella release diff shop@1\.0\.0 shop@1\.1\.0/ }).waitFor();
    await keepPicture(page, 'release-risk');

    const other = await releaseOf('1.2.0');
    const otherSentence = await riskSentence(second.id, other.id);
    await pick(section.getByRole('button', { name: /Against/ }), 'shop 1.2.0');
    await section.getByText(otherSentence).waitFor();
    expect(new URL(page.url()).searchParams.get('against')).toBe(other.id);
    await section.getByRole('link', { name: 'CVE-2021-33503' }).click();
    await page.getByRole('heading', { level: 1, name: /CVE-2021-33503/ }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a promotion that waits says what it would change in risk in its environment', async () => {
    const [first, second] = [await releaseOf('1.0.0'), await releaseOf('1.2.0')];
    const { body } = await people.sam.client(RELEASES_ROUTES).listPromotions({ query: { releaseId: second.id } });
    const promotion = body.items.find(({ environment }) => environment === 'stage');
    const sentence = await riskSentence(second.id, first.id);
    const { page, context, complaints } = await go('sam', `/promotions/${promotion?.id}`);
    const section = page.getByRole('region', { name: 'Change of risk' });
    await section.getByText('Against what stage has now.').waitFor();
    await section.getByText(sentence).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('what is approved and not deployed is cancelled with a reason, and its environment has what it had', async () => {
    const releases = people.rosa.client(RELEASES_ROUTES);
    const current = async () => (await dev()).current?.promotionId;
    const before = await current();
    const { id: releaseId } = await releaseOf('1.0.0');
    const { id } = (await releases.requestPromotion({ body: { releaseId, environment: 'dev' } })).body;
    const params = { promotionId: id };
    await expect.poll(async () => (await releases.getPromotion({ params })).body.state, POLL).toBe('approved');
    await expect.poll(current, POLL).toBe(id);
    const { page, context, complaints } = await go('rosa', `/promotions/${id}`);
    await page.getByRole('button', { name: 'Cancel…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel shop 1.0.0 to dev' });
    await dialog.getByText('dev keeps what it had before the approval.').waitFor();
    await dialog.getByLabel('Reason').fill('Asked for twice');
    await dialog.getByRole('button', { name: 'Cancel promotion' }).click();
    await page.getByText('rosa cancelled it: Asked for twice').first().waitFor();
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(() => page.getByRole('button', { name: /Deploy|Cancel/ }).count()).toBe(0);
    await expect.poll(current, POLL).toBe(before);
    expect(complaints).toEqual([]);
    await context.close();
  });

  async function dev() {
    const { body } = await people.admin.client(RELEASES_ROUTES).listEnvironments({});
    const found = body.items.find(({ name }) => name === 'dev');
    if (found === undefined) throw new Error('the shop has no dev');
    return found;
  }

  async function releaseOf(version: string) {
    const { body } = await people.admin.client(RELEASES_ROUTES).listReleases({ query: { name: 'shop' } });
    const release = body.items.find((one) => one.version === version);
    if (release === undefined) throw new Error(`the shop has no release ${version}`);
    return release;
  }

  /** What the server says of two releases once all their images are judged, and on the same evidence. */
  async function riskSentence(releaseId: string, against: string): Promise<string> {
    const findings = people.admin.client(FINDINGS_ROUTES);
    const compare = async () => (await findings.compareReleases({ params: { releaseId }, query: { against } })).body;
    await expect.poll(async () => (await compare()).notes.map(({ code }) => code), POLL).toEqual([]);
    return (await compare()).sentence;
  }
});
