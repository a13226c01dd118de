import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { heading } from '../console-keyboard.ts';

/** Follows a link of the navigation to a page of this title. */
export async function openPage(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: title, exact: true }).click();
  await heading(page, title);
}

/** Creates `shop VERSION` from the tag of that name, and is on its page then. */
export async function createRelease(page: Page, version: string): Promise<void> {
  await openPage(page, 'Releases');
  await page.getByRole('button', { name: 'Create release…' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Create release' });
  await dialog.getByLabel('Product').fill('shop');
  await dialog.getByLabel('Version').fill(version);
  await dialog.getByLabel('web').fill(version);
  await dialog.getByRole('button', { name: 'Create release' }).click();
  await heading(page, `shop ${version}`);
}

/** From the page of a release to that of its promotion into production. */
export async function requestPromotion(page: Page, version: string, reason: string): Promise<void> {
  await page.getByRole('button', { name: 'Request promotion to prod…' }).click();
  const dialog = page.getByRole('dialog', { name: `Request promotion of shop ${version}` });
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: 'Request promotion' }).click();
  await heading(page, `shop ${version} to prod`);
}

/** Takes a promotion back, on its page. */
export async function cancel(page: Page, version: string, reason: string): Promise<void> {
  await page.getByRole('button', { name: 'Cancel…' }).click();
  const dialog = page.getByRole('dialog', { name: `Cancel shop ${version} to prod` });
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: 'Cancel promotion' }).click();
  await page.getByText(`rosa cancelled it: ${reason}`).first().waitFor();
}

/**
 * Approves from the inbox, where the request appears by itself: with another environment's name first.
 *
 * @returns what the dialog said to that
 */
export async function approve(page: Page, version: string, reason: string): Promise<string> {
  await openPage(page, 'Approvals');
  const request = page.getByRole('article', { name: `shop ${version} to prod` });
  await request.getByRole('button', { name: 'Approve…' }).click();
  const dialog = page.getByRole('dialog', { name: `Approve shop ${version} for prod` });
  await dialog.getByRole('row', { name: /^web/ }).waitFor();
  await dialog.getByLabel('Reason').fill(reason);
  const said = await confirmByName(dialog, 'Approve request');
  await dialog.waitFor({ state: 'hidden' });
  return said;
}

/**
 * Types the name of another environment, then the right one.
 *
 * @returns what the dialog said to the first
 */
export async function confirmByName(dialog: Locator, verb: string): Promise<string> {
  const name = dialog.getByLabel('Name of the environment');
  await name.fill('stage');
  await dialog.getByRole('button', { name: verb }).click();
  const said = await dialog.getByText('Type prod to go on.').innerText();
  await name.fill('prod');
  await dialog.getByRole('button', { name: verb }).click();
  return said;
}

/** Every text that a part of the page has, from now until it is as it should be. */
export async function textsUntil(part: Locator, last: RegExp): Promise<string[]> {
  const texts: string[] = [];
  await part.waitFor();
  for (;;) {
    const text = (await part.innerText()).replaceAll(/\s+/g, ' ').trim();
    if (text !== texts.at(-1)) texts.push(text);
    if (last.test(text)) return texts;
    if (texts.length > 1000 || /Failed/.test(text))
      throw new Error(`it did not come about: ${texts.slice(-5).join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What a person takes away from the page of an evidence packet. */
export interface Taken {
  readonly folder: string;
  /** Names of the files there, by what offered them. */
  readonly files: readonly string[];
  /** What the button beside the commands puts on the clipboard. */
  readonly commands: string;
}

/** Downloads with the browser what the commands for `stella` speak of, and copies these. */
export async function takeEvidence(page: Page, folder: string): Promise<Taken> {
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  await page.getByText(/all \d+ checks hold in this browser/).waitFor();
  const evidence = (await page.getByRole('button', { name: 'Download capsule' }).count()) > 0 ? 'capsule' : 'bundle';
  for (const name of [`Download ${evidence}`, 'stella.trusted-root.json']) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name, exact: true }).click(),
    ]);
    files.push(download.suggestedFilename());
    await download.saveAs(join(folder, download.suggestedFilename()));
  }
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy commands: With stella' }).click();
  await page.getByRole('button', { name: 'commands: With stella copied' }).waitFor();
  const commands = (await page.evaluate('navigator.clipboard.readText()')) as string;
  return { folder, files, commands };
}
