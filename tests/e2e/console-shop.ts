import { rmSync } from 'node:fs';
import { fillShop } from '@stella-ops/app-server/demo';
import { temporaryFolder } from '@stella-ops/testkit';
import { makeTenant, startTestServer, TEST_PASSWORD, type TestServer } from '@stella-ops/testkit/product';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { CONSOLE_SETTINGS, openBrowser, visit, type Visitor, type VisitOptions } from './console-browser.ts';

export const TENANT = 'shop';

/**
 * A server with a tenant whose people visit its console. Call it in a suite: it starts before and stops after.
 *
 * @param options `isFilled`: whether the tenant has the components, releases and decisions of the demo
 */
export function consoleShop(name: string, { isFilled = true }: { readonly isFilled?: boolean } = {}) {
  let server: TestServer;
  let browser: Browser;
  let people: Awaited<ReturnType<typeof makeTenant>>;
  let folder = '';

  beforeAll(async () => {
    folder = temporaryFolder(`console-${name}`);
    [server, browser] = await Promise.all([startTestServer({ settings: CONSOLE_SETTINGS }), openBrowser()]);
    people = await makeTenant(server, TENANT);
    if (isFilled) await fillShop(people);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    go: (user: 'admin' | 'rosa' | 'sam', path: string, options: VisitOptions = {}): Promise<Visitor> =>
      visit(browser, server.url, { tenant: TENANT, user, password: TEST_PASSWORD }, path, options),
    get server() {
      return server;
    },
    get browser() {
      return browser;
    },
    get people() {
      return people;
    },
    /** For files of the suite; it goes with it. */
    get folder() {
      return folder;
    },
  };
}
