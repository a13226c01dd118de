import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

const MAX_PRESSES = 120;

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
  }
  throw new Error(`${key} does not lead to ${String(target)}`);
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
 * Until no skeleton is shown and nothing more is read out: what a busy button announces names the button for seconds
 * after its page was left.
 */
export async function settled(page: Page): Promise<void> {
  await expect
    .poll(
      () =>
        page
          .getByRole('status')
          .filter({ hasText: /^Loading/ })
          .count(),
      { timeout: 15_000 },
    )
    .toBe(0);
  await expect.poll(() => page.locator('[data-live-announcer] [role="img"]').count(), { timeout: 15_000 }).toBe(0);
}
