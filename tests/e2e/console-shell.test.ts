import { setTimeout as delay } from 'node:timers/promises';
import { fillShop } from '@stella-ops/app-server/demo';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { describeNeeding } from '@stella-ops/testkit';
import { makeTenant, startTestServer, TEST_PASSWORD, type TestServer } from '@stella-ops/testkit/product';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildConsole } from '../../apps/console/build.ts';
import {
  axeFaults,
  CONSOLE_SETTINGS,
  keepPicture,
  open,
  openBrowser,
  visit,
  type Visitor,
  type VisitOptions,
} from './console-browser.ts';
import { focused, loaded } from './console-waits.ts';

const MAX_INITIAL_SCRIPT_BYTES = 250_000;
const TENANT = 'shop';

describeNeeding(['chromium'], 'the shell of the console', () => {
  let server: TestServer;
  let browser: Browser;
  let people: Awaited<ReturnType<typeof makeTenant>>;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    [server, browser] = await Promise.all([startTestServer({ settings: CONSOLE_SETTINGS }), openBrowser()]);
    people = await makeTenant(server, TENANT);
    await fillShop(people);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const production = async () => {
    const { body } = await people.admin.client(RELEASES_ROUTES).listEnvironments({});
    const found = body.items.find(({ name }) => name === 'prod');
    if (found === undefined) throw new Error('the shop has no prod');
    return found;
  };
  beforeEach(async () => {
    const { id: environmentId, freezes } = await production();
    for (const { id: freezeId } of freezes) {
      await people.admin.client(RELEASES_ROUTES).deleteFreeze({ params: { environmentId, freezeId } });
    }
  });

  const go = async (user: 'admin' | 'rosa' | 'sam', path = '/', options: VisitOptions = {}): Promise<Visitor> => {
    const visitor = await visit(browser, server.url, { tenant: TENANT, user, password: TEST_PASSWORD }, path, options);
    visitors.push(visitor);
    return visitor;
  };

  test('signing in leads to the board: every component in every environment, and what waits for me', async () => {
    const { page, context, complaints } = await go('sam');
    const board = page.getByRole('table', { name: /What runs where/ });
    await board.getByRole('rowheader', { name: /^web/ }).waitFor();
    expect(await board.getByRole('columnheader').allInnerTexts()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^dev/),
        expect.stringMatching(/^stage/),
        expect.stringMatching(/^prod/),
      ]),
    );
    await board.getByRole('link', { name: /web in prod:.*1\.0\.0.*Approved/s }).waitFor();
    const needsMe = page.getByRole('region', { name: 'Needs me' });
    await needsMe.getByRole('link', { name: /shop 1\.2\.0 to stage/ }).waitFor();
    await needsMe.getByRole('link', { name: /CVE-2021-33503/ }).waitFor();
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    await expect.poll(() => page.title()).toBe('Pipeline board · Stella Ops');
    // No token is anywhere that outlives the page.
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
    expect(kept).not.toMatch(/eyJ|token|verifier/i);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a reloaded page signs in by itself, and stays where it was', async () => {
    const { page, context, complaints } = await go('rosa', '/?environment=prod');
    const startedMs = performance.now();
    await page.reload();
    await page.getByRole('link', { name: /web in prod:/ }).waitFor();
    console.log(`board usable ${Math.round(performance.now() - startedMs)} ms after a reload`);
    expect(new URL(page.url()).search).toBe('?environment=prod');
    expect(await page.getByRole('link', { name: /web in dev:/ }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('what another person does appears by itself', async () => {
    const { page, context, complaints } = await go('sam');
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    const prod = page.getByRole('columnheader', { name: /^prod/ });
    await prod.waitFor();
    expect(await prod.getByText('frozen').count()).toBe(0);
    const releases = people.admin.client(RELEASES_ROUTES);
    const { id: environmentId } = await production();
    const [startsAt = '', endsAt = ''] = ['2020-01-01', '2099-01-01'].map((day) => `${day}T00:00:00.000Z`);
    const { body: frozen } = await releases.createFreeze({
      params: { environmentId },
      body: { startsAt, endsAt, reason: 'Stocktaking' },
    });
    await prod.getByText('frozen').waitFor();
    await releases.deleteFreeze({ params: { environmentId, freezeId: frozen.freezes[0]?.id ?? '' } });
    await prod.getByText('frozen').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('palette, help and board work with the keyboard alone', async () => {
    const { page, context, complaints } = await go('sam');
    await page.getByRole('link', { name: /web in prod:/ }).waitFor();
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Search and commands' });
    await focused(palette);
    await page.keyboard.type('dark th');
    await palette.getByRole('menuitem', { name: /Dark theme/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await palette.waitFor({ state: 'hidden' });
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');

    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.getByText('Pipeline board').waitFor();
    await focused(help);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });

    await page.getByRole('link', { name: /api in dev:/ }).focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toMatch(/^web in dev/);
    await page.keyboard.press('End');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toMatch(/^web in prod/);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the first Tab leads past the navigation', async () => {
    const { page, context } = await go('sam');
    await page.getByRole('link', { name: /web in prod:/ }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await focused(page.getByRole('main'));
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.closest("main > *") !== null')).toBe(true);
    await context.close();
  });

  test('the title of a page has the focus once it is there, also when its program comes late', async () => {
    const { page, context } = await go('sam');
    await page.getByRole('link', { name: /web in prod:/ }).waitFor();
    await context.route(/\.js$/, async (route) => {
      await delay(500);
      await route.continue();
    });
    for (const name of ['Releases', 'Agents']) {
      await open(page, `/${name.toLowerCase()}`);
      await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe(name);
    }
    await context.close();
  });

  const LOOKS: readonly (readonly [string, VisitOptions])[] = [
    ['light', { theme: 'light' }],
    ['dark', { theme: 'dark' }],
    ['narrow', { width: 320, height: 800 }],
    ['forced-colours', { forcedColors: 'active' }],
  ];
  test.each(LOOKS)('the board has no fault that axe finds, and fits its window: %s', async (name, options) => {
    const { page, context } = await go('sam', '/', options);
    await page.getByRole('link', { name: /web in prod:/ }).waitFor();
    await loaded(page);
    expect(await axeFaults(page)).toEqual([]);
    await keepPicture(page, `board-${name}`);
    const [needed, given] = (await page.evaluate(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    )) as [number, number];
    expect(needed).toBeLessThanOrEqual(given);
    // All at one moment: what waits and what is blocked comes by itself.
    const boxes = (await page.evaluate(`[...document.querySelectorAll('.board-cell')].map((cell) => {
      const { x, y, width, height } = cell.getBoundingClientRect();
      return { x, y, width, height };
    })`)) as readonly Box[];
    expect(boxes.length).toBeGreaterThan(3);
    const overlaps = boxes.filter((one, at) => boxes.some((other, to) => to > at && isOver(one, other)));
    expect(overlaps).toEqual([]);
    await page.keyboard.press('Control+k');
    await page.getByRole('menuitem', { name: /Pipeline board/ }).waitFor();
    await loaded(page);
    expect(await axeFaults(page)).toEqual([]);
    await keepPicture(page, `palette-${name}`);
    await context.close();
  });

  test('a page that one may not see says what is missing and who can give it', async () => {
    await people.admin.client(AUTHORITY_ROUTES).createUser({
      body: { name: 'nora', displayName: 'Nora', roles: [], password: TEST_PASSWORD },
    });
    const { page, context } = await visit(browser, server.url, {
      tenant: TENANT,
      user: 'nora',
      password: TEST_PASSWORD,
    });
    await page.getByText('Needs the permission “release.read”').waitFor();
    await context.close();
  });

  test('a lost line is seen at once, and mended without a reload', async () => {
    const { page, context } = await go('sam');
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    await context.route('**/api/v1/events', (route) => route.abort());
    await page.reload();
    await page.getByRole('status').getByText('Connection lost').waitFor();
    await context.unroute('**/api/v1/events');
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    await context.close();
  });

  test('a login that was ended elsewhere asks to sign in again, over what is on the screen', async () => {
    const { page, context } = await go('rosa');
    await page.getByRole('link', { name: /web in prod:/ }).waitFor();
    const authority = people.admin.client(AUTHORITY_ROUTES);
    const users = await authority.listUsers({});
    const rosa = users.body.items.find(({ name }) => name === 'rosa');
    if (rosa === undefined) throw new Error('rosa is gone');
    await authority.resetPassword({ params: { userId: rosa.id }, body: { password: TEST_PASSWORD } });
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.getByLabel('Password').waitFor();
    await context.close();
  });

  test('signing out ends the session at the issuer', async () => {
    const { page, context } = await go('sam');
    await page.getByRole('button', { name: /Account and appearance/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /sign out|yes/i }).click();
    // Its answer leads back to the console, and that to the login page.
    await page.getByLabel('Password').waitFor();
    await page.goto(server.url);
    await page.getByLabel('Password').waitFor();
    await context.close();
  });

  test('the first script stays below 250 kB', async () => {
    const { initialScriptBytes } = await buildConsole();
    console.log(`initial script: ${(initialScriptBytes / 1000).toFixed(0)} kB gzip`);
    expect(initialScriptBytes).toBeGreaterThan(50_000);
    expect(initialScriptBytes).toBeLessThanOrEqual(MAX_INITIAL_SCRIPT_BYTES);
  });
});

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function isOver(one: Box, other: Box): boolean {
  const apart =
    one.x + one.width <= other.x ||
    other.x + other.width <= one.x ||
    one.y + one.height <= other.y ||
    other.y + other.height <= one.y;
  return !apart;
}
