import type { Locator, Page } from 'playwright-core';
import { drawn, loaded, until } from './console-waits.ts';

const MAX_PRESSES = 120;
const MAX_JUMPS = 12;
const JUMP_MS = 10_000;

/** Until a page of this name is there. */
export const heading = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('heading', { level: 1, name }).waitFor();

/** Presses keys one after the other. */
export async function keys(page: Page, ...pressed: readonly string[]): Promise<void> {
  for (const key of pressed) await page.keyboard.press(key);
}

/** Presses a key until something has the focus; fails when it cannot be reached so. */
export async function move(page: Page, key: string, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < MAX_PRESSES; presses += 1) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press(key);
    // Tab is the browser's; where other keys lead is the page's work, and takes a moment.
    if (!key.endsWith('Tab')) await drawn(page);
  }
  throw new Error(`${key} does not lead to ${String(target)}`);
}

/**
 * Goes to a page by the letters of its shortcut. They count together only when they come soon after one another; on a
 * machine that is too busy for that they are pressed again, as people would.
 */
export async function jump(page: Page, letters: readonly string[], name: string): Promise<void> {
  const title = page.getByRole('heading', { level: 1, name, exact: true });
  for (let tries = 1; ; tries += 1) {
    await keys(page, ...letters);
    const isThere = title.waitFor({ timeout: JUMP_MS }).then(
      () => true,
      () => false,
    );
    if (await isThere) return;
    if (tries === MAX_JUMPS) throw new Error(`${letters.join(' ')} does not lead to ${name}`);
  }
}

/** Goes to something by Tab alone. */
export const reach = (page: Page, target: Locator): Promise<void> => move(page, 'Tab', target);

/** Fills in the login page and sends it. */
export async function signInByKeyboard(
  page: Page,
  who: { readonly tenant: string; readonly user: string; readonly password: string },
): Promise<void> {
  await move(page, 'Shift+Tab', page.getByLabel('Tenant'));
  await page.keyboard.type(who.tenant);
  await reach(page, page.getByLabel('User name'));
  await page.keyboard.type(who.user);
  await reach(page, page.getByLabel('Password'));
  await page.keyboard.type(who.password);
  await page.keyboard.press('Enter');
}

/** Goes to something by Tab, or within a composite by another key, and presses Enter on it. */
export async function enter(page: Page, target: Locator, within?: string): Promise<void> {
  if (within === undefined) await reach(page, target);
  else {
    await reach(page, target.page().getByRole('tab', { selected: true }));
    await move(page, within, target);
  }
  await page.keyboard.press('Enter');
}

/**
 * Until no skeleton is shown, no request is under way and nothing more is read out: what a busy button announces names
 * the button for seconds after its page was left.
 */
export async function settled(page: Page): Promise<void> {
  await loaded(page);
  const announced = page.locator('[data-live-announcer] [role="img"]');
  await until('nothing more to be read out', async () => (await announced.count()) === 0);
}
