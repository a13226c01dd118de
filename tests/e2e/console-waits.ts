import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page, Request } from 'playwright-core';

/** Longer than anything takes on the slowest machine: whatever comes is seen at once, only what never does takes so long. */
export const PATIENCE_MS = 180_000;
const LOOK_AGAIN_MS = 20;
/** What is read leads to more that is read; events have things read again at any time, so there is an end to it. */
const MAX_ROUNDS = 6;
const STREAM = /\/(?:events|watch)$/;

const underWay = new WeakMap<Page, Set<Request>>();

/** Notes which requests of a page are not answered yet, for {@link loaded}. */
export function noteRequests(page: Page): void {
  const requests = new Set<Request>();
  underWay.set(page, requests);
  const ended = (request: Request): void => void requests.delete(request);
  page.on('request', (request) => {
    // What the document before asked for was given up.
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) requests.clear();
    // What is sent is waited for by what comes of it, and streams do not end.
    if (request.method() === 'GET' && !STREAM.test(new URL(request.url()).pathname)) requests.add(request);
  });
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  // A refusal may be left unread, and ends for the browser only when somebody reads it.
  page.on('response', (response) => response.status() !== 200 && ended(response.request()));
}

/** Waits for what cannot be waited for in the page. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`in vain: ${what}`);
    await delay(LOOK_AGAIN_MS);
  }
}

/** Until what was done or came before is on the screen. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(resolve, { timeout: 2000 }))))`);
}

/** Nothing shows that it loads, every request is answered, and the answers are on the screen. */
export async function loaded(page: Page): Promise<void> {
  const requests = underWay.get(page) ?? new Set();
  const busy = page.getByRole('status').filter({ hasText: /^(?:Loading|Checking)/ });
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    while ((await busy.count()) > 0) await busy.first().waitFor({ state: 'hidden' });
    const asked = [...requests];
    await until('answers', () => asked.every((request) => !requests.has(request)));
    await drawn(page);
    if (requests.size === 0 && (await busy.count()) === 0) return;
  }
}

/** Until keys go to something, or to something within it: a dialog takes them a moment after it is seen. */
export async function focused(target: Locator): Promise<void> {
  await until(`the focus in ${String(target)}`, () =>
    target.evaluate((element) => element.contains(element.ownerDocument.activeElement) === true),
  );
}

/** Chooses one of a list that opens. As long as it has no options it does not open. */
export async function pick(button: Locator, option: string | RegExp): Promise<void> {
  const list = button.page().getByRole('listbox');
  await loaded(button.page());
  await button.click();
  await list.getByRole('option', { name: option }).first().click();
  await list.waitFor({ state: 'hidden' });
}
