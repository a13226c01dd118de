import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillShop } from '@stella-ops/app-server/demo';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { describeNeeding } from '@stella-ops/testkit';
import { makeTenant, startTestServer, TEST_PASSWORD, type TestServer } from '@stella-ops/testkit/product';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  axeFaults,
  CONSOLE_SETTINGS,
  keepPicture,
  open,
  openBrowser,
  ready,
  RULES_OF_LOOKS,
  visit,
  type VisitOptions,
} from './console-browser.ts';
import { consolePaths } from './console-paths.ts';
import { faultsOfFit, faultsOfFocus } from './console-fit.ts';
import { drawn, loaded } from './console-waits.ts';
import { type AgentProcess, enrolAgent, startAgentProcess } from './main-job/agent-process.ts';

const TENANT = 'shop';
const TAB_STOPS = 15;

/** Each look is a way in which people see the console; together they are every look at every size, but not all pairs. */
const LOOKS: Readonly<Record<string, VisitOptions>> = {
  light: { theme: 'light' },
  dark: { theme: 'dark' },
  'forced colours': { theme: 'dark', forcedColors: 'active' },
};
const SIZES = {
  wide: { width: 1440, height: 900 },
  /** WCAG 1.4.10: a window of 1280 px at 400 %. */
  narrow: { width: 320, height: 800 },
  /** A window of 1440 × 900 at 200 %. */
  zoomed: { width: 720, height: 450 },
} as const;

describeNeeding(['chromium'], 'every page of the console', () => {
  let folder = '';
  let server: TestServer;
  let browser: Browser;
  let agent: AgentProcess;
  let paths: Readonly<Record<string, string>>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stella-console-pages-'));
    [server, browser] = await Promise.all([startTestServer({ settings: CONSOLE_SETTINGS }), openBrowser()]);
    const people = await makeTenant(server, TENANT);
    const { body: enrolment } = await people.admin
      .client(DEPLOYMENTS_ROUTES)
      .createEnrolment({ body: { name: 'host' } });
    const options = { dataDir: join(folder, 'agent'), scriptRoot: join(folder, 'apps') };
    await enrolAgent(options, enrolment);
    agent = await startAgentProcess(options);
    await fillShop(people, { agent: 'host' });
    paths = await consolePaths(people.admin);
  });
  afterAll(async () => {
    await browser?.close();
    await agent?.end();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.concurrent.each(Object.keys(LOOKS))(
    'opens without complaint, is clean for axe, and fits windows that are wide, narrow and zoomed: %s',
    async (looks) => {
      const { page, context, complaints } = await visit(browser, server.url, PERSON, '/settings/account', LOOKS[looks]);
      const faults: string[] = [];
      const look = async (name: string): Promise<void> => {
        if ((await page.getByRole('alert').count()) > 0) faults.push(`${name}: shows a fault`);
        for (const [size, viewport] of Object.entries(SIZES)) {
          await page.setViewportSize(viewport);
          await drawn(page);
          for (const fault of await faultsOfFit(page)) faults.push(`${name}, ${size}: ${fault}`);
          await keepPicture(page, `${name.replaceAll(/[^a-z]+/gi, '-')}-${looks}-${size}`);
        }
        // In the last of the sizes, except for the whole set of rules.
        if (looks === 'light') await page.setViewportSize(SIZES.wide);
        await drawn(page);
        const rules = looks === 'light' ? undefined : RULES_OF_LOOKS;
        for (const fault of await axeFaults(page, rules)) faults.push(`${name}: ${fault}`);
        for (const complaint of complaints.splice(0)) faults.push(`${name}: ${complaint}`);
        await page.setViewportSize(SIZES.wide);
        await drawn(page);
      };
      for (const [route, path] of Object.entries(paths)) {
        await open(page, path);
        await look(route);
        for (const tab of (await page.getByRole('tab').all()).slice(1)) {
          await tab.click();
          // The view before stays until the address is the new one.
          await tab.and(page.getByRole('tab', { selected: true })).waitFor();
          await ready(page);
          await look(`${route} ${(await tab.textContent()) ?? ''}`);
        }
      }
      expect([...faults, ...complaints]).toEqual([]);
      await context.close();
    },
  );

  test('shows where the focus is, in sight and not covered, at 200 % zoom', async () => {
    const { page, context } = await visit(browser, server.url, PERSON, '/settings/account', SIZES.zoomed);
    const faults: string[] = [];
    for (const [route, path] of Object.entries(paths)) {
      await open(page, path);
      for (const fault of await faultsOfFocus(page, TAB_STOPS)) faults.push(`${route}: ${fault}`);
    }
    expect(faults).toEqual([]);
    await context.close();
  });

  test('theme, contrast and rows are each chosen in the menu', async () => {
    const { page, context } = await visit(browser, server.url, PERSON, '/settings/account');
    await page.getByRole('button', { name: /Account and appearance/ }).click();
    for (const [section, choice] of [
      ['Theme', 'Dark'],
      ['Contrast', 'High'],
      ['Rows', 'Comfortable'],
    ] as const) {
      await page.getByRole('group', { name: section }).getByRole('menuitemradio', { name: choice }).click();
    }
    await expect
      .poll(() => page.evaluate('({ ...document.documentElement.dataset })'))
      .toMatchObject({ theme: 'dark', contrast: 'high', density: 'comfortable' });
    await context.close();
  });

  test('nothing moves for people who asked for that', async () => {
    const { page, context } = await visit(browser, server.url, PERSON, '/promotions');
    await page.getByRole('button', { name: 'Request promotion…' }).click();
    await page.getByRole('dialog').waitFor();
    await loaded(page);
    const moving = (await page.evaluate(`[...document.querySelectorAll('*')].flatMap((element) => {
      const { transitionDuration, animationDuration } = getComputedStyle(element);
      return [transitionDuration, animationDuration].every((one) => /^0s(?:, 0s)*$/.test(one)) ? [] : [element.className];
    })`)) as string[];
    expect(moving).toEqual([]);
    await context.close();
  });
});

const PERSON = { tenant: TENANT, user: 'admin', password: TEST_PASSWORD } as const;
