import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromiumPath } from '@stella-ops/testkit';
import { buildConsole } from '../../apps/console/build.ts';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { signInByKeyboard } from './console-keyboard.ts';
import { loaded, noteRequests, PATIENCE_MS } from './console-waits.ts';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];

/** Settings of a server for these tests: another built console than the tree's where `STELLA_CONSOLE_DIR` names one. */
export const CONSOLE_SETTINGS: Readonly<Record<string, string>> =
  process.env['STELLA_CONSOLE_DIR'] === undefined ? {} : { 'server.consoleDir': process.env['STELLA_CONSOLE_DIR'] };

/** Chromium, and a console that is up to date. */
export async function openBrowser(): Promise<Browser> {
  if (process.env['STELLA_CONSOLE_DIR'] === undefined) await buildConsole();
  return chromium.launch({ executablePath: chromiumPath(), headless: true, args: FLAGS });
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained of: errors of scripts, of the content security policy, requests to elsewhere. */
  readonly complaints: string[];
}

export interface VisitOptions {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  readonly forcedColors?: 'active';
  /** Signs in by keyboard; a pointer that is used is complained of. */
  readonly isByKeyboard?: boolean;
}

/** A person at the console: a browser of its own, signed in through the login page, on `path`. */
export async function visit(
  browser: Browser,
  url: string,
  who: { readonly tenant: string; readonly user: string; readonly password: string },
  path = '/',
  options: VisitOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.theme ?? 'light',
    reducedMotion: 'reduce',
    ...(options.forcedColors === undefined ? {} : { forcedColors: options.forcedColors }),
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  noteRequests(page);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== new URL(url).origin && protocol !== 'data:' && protocol !== 'blob:')
      complaints.push(`request to ${origin}`);
  });
  if (options.isByKeyboard === true) await page.addInitScript(COMPLAIN_OF_POINTERS);
  await page.goto(`${url}${path}`);
  await (options.isByKeyboard === true ? signInByKeyboard : signIn)(page, who);
  await page.getByTitle(`Tenant ${who.tenant}`, { exact: true }).waitFor();
  return { page, context, complaints };
}

const COMPLAIN_OF_POINTERS = `for (const type of ['pointerdown', 'pointermove', 'wheel'])
  addEventListener(type, ({ isTrusted }) => isTrusted && console.error('a pointer was used: ' + type), true);`;

async function signIn(page: Page, who: Parameters<typeof signInByKeyboard>[1]): Promise<void> {
  await page.getByLabel('Tenant').fill(who.tenant);
  await page.getByLabel('User name').fill(who.user);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Goes to a page within the console, as a link does, and waits until nothing is on its way. */
export async function open(page: Page, path: string): Promise<void> {
  await page.locator('h1').first().waitFor({ state: 'attached' });
  const isSamePage = new URL(page.url()).pathname === path.replace(/\?.*$/, '');
  if (!isSamePage) await page.evaluate(LEAVE);
  await page.evaluate(
    `history.pushState({}, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`,
  );
  await page.waitForURL(({ pathname, search }) => pathname + search === path);
  // The page before stays until the program of the next one is here. Where both have one program, the title stays and
  // gets the focus. What a drawer covers is not told to aids, but is there.
  await page
    .locator(isSamePage ? 'h1' : 'h1:not([data-left]), h1:focus')
    .first()
    .waitFor();
  await ready(page);
}

const LEAVE = `for (const title of document.querySelectorAll('h1')) title.toggleAttribute('data-left', true);
  document.activeElement?.blur()`;

/** Nothing shows that it loads, and nothing is on its way. */
export async function ready(page: Page): Promise<void> {
  // Where the pointer was left, something else may be now, and its hint would open.
  await page.mouse.move(0, 0);
  await loaded(page);
}

/** What looks change; the rest of axe's rules speak of the markup, which is the same in all of them. */
export const RULES_OF_LOOKS = ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable'];

/**
 * Faults that axe finds on the page, one line each.
 *
 * @param rules only these; default: all that WCAG 2.2 AA and good practice name
 */
export async function axeFaults(page: Page, rules?: readonly string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  if (rules === undefined) axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
  else axe.withRules([...rules]);
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Keeps a picture for review where `STELLA_SCREENSHOTS` names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['STELLA_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
