// Takes the pictures of the quick tour in the README: `node tests/e2e/pictures.ts`. Needs Chromium.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServerProcess } from '@stella-ops/testkit/product';
import type { Page } from 'playwright-core';
import { openBrowser, visit } from './console-browser.ts';
import { focused, loaded } from './console-waits.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'images');
const MAX_BYTES = 150_000;
const SEED_MS = 120_000;

mkdirSync(FOLDER, { recursive: true });
const dataDir = mkdtempSync(join(tmpdir(), 'stella-pictures-'));
const server = await startServerProcess({ dataDir, settings: { 'server.isDemo': 'true' } });
const browser = await openBrowser();
try {
  await demoIsComplete();
  const { page } = await visit(browser, server.url, { tenant: 'demo', user: 'sam', password: passwordOf('sam') });
  await page.getByRole('link', { name: /web in prod:/ }).waitFor();
  await page.getByRole('link', { name: /shop 1\.2\.0 to stage/ }).waitFor();
  await page.getByRole('region', { name: 'Blocked' }).getByText('CVE-2021-33503').waitFor();
  await page.getByText('All 3 targets report').waitFor();
  await take(page, 'board');

  await page.getByRole('region', { name: 'Blocked' }).getByRole('link', { name: 'shop 1.1.0 to stage' }).click();
  await page.getByText('CVE-2021-33503').first().waitFor();
  await take(page, 'why-blocked');

  await go(page, 'Findings');
  await page.getByRole('gridcell', { name: 'urllib3' }).first().click();
  await page.getByRole('dialog').getByText('urllib3').first().waitFor();
  await take(page, 'finding');

  await focused(page.getByRole('dialog'));
  await page.keyboard.press('Escape');
  await go(page, 'Approvals');
  await page.getByRole('button', { name: 'Approve…' }).click();
  const dialog = page.getByRole('dialog', { name: /^Approve shop 1\.2\.0/ });
  await dialog.getByLabel('Reason').fill('Replaces 1.1.0');
  await take(page, 'approve');
  await dialog.getByRole('button', { name: 'Approve request' }).click();
  await dialog.waitFor({ state: 'hidden' });

  await go(page, 'Deployments');
  await page
    .getByRole('row', { name: /shop 1\.2\.0.*stage/ })
    .getByRole('link', { name: 'shop 1.2.0' })
    .click({ timeout: 60_000 });
  await page.getByRole('list', { name: 'Steps on shop-stage' }).waitFor();
  await page.getByText('Succeeded').first().waitFor({ timeout: 60_000 });
  await take(page, 'deployment');

  await go(page, 'Evidence');
  await page
    .getByRole('rowheader', { name: /Verdict allow on shop-api for stage/ })
    .first()
    .getByRole('link')
    .click();
  await page.getByText('Holds').first().waitFor();
  await take(page, 'evidence');
} finally {
  await browser.close();
  await server.end();
  rmSync(dataDir, { recursive: true, force: true });
}

async function demoIsComplete(): Promise<void> {
  const mark = join(dataDir, 'demo-is-complete');
  const deadlineMs = performance.now() + SEED_MS;
  while (statSync(mark, { throwIfNoEntry: false }) === undefined) {
    if (performance.now() > deadlineMs) throw new Error('the demo tenant was not filled in time');
    await delay(200);
  }
}

function passwordOf(user: string): string {
  return readFileSync(join(dataDir, 'secrets', `${user}-password`), 'utf8').trim();
}

/** To a page of the navigation. */
async function go(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** Once nothing loads: a WebP of the window, as small as the README wants it. */
async function take(page: Page, name: string): Promise<void> {
  await loaded(page);
  await page.evaluate('document.activeElement?.blur()');
  // Where Node lies on this machine is nobody's business.
  await page.evaluate(`for (const texts = document.createTreeWalker(document.body, 4); texts.nextNode(); )
    texts.currentNode.data = texts.currentNode.data.replaceAll(${JSON.stringify(process.execPath)}, '/usr/bin/node')`);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length > MAX_BYTES) throw new Error(`${name}: ${bytes.length} bytes are more than ${MAX_BYTES}`);
  writeFileSync(join(FOLDER, `${name}.webp`), bytes);
  console.log(`docs/images/${name}.webp  ${(bytes.length / 1000).toFixed(0)} kB`);
}
