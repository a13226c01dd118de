import type { Page } from 'playwright-core';
import { loaded, until } from './console-waits.ts';

/**
 * What does not fit: a page that scrolls sideways, words of controls and headings that are cut off or stand outside the
 * window. Tables may scroll within their frame.
 *
 * @returns one line each
 */
export function faultsOfFit(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const root = document.documentElement;
    const faults = [];
    if (root.scrollWidth > root.clientWidth)
      faults.push('scrolls sideways by ' + (root.scrollWidth - root.clientWidth) + ' px');
    const name = (element) => element.tagName.toLowerCase() + ' “' + element.textContent.trim().slice(0, 40) + '”';
    const words = 'h1, h2, h3, button, [role="tab"], .button, .state-badge, dt, dd, label';
    for (const element of document.querySelectorAll(words)) {
      const box = element.getBoundingClientRect();
      if (box.width <= 1 || box.height <= 1 || getComputedStyle(element).visibility === 'hidden') continue;
      if (element.closest('.grid-frame, .plain-table-frame, .board-frame, .unseen') !== null) continue;
      if (box.right > root.clientWidth + 1 || box.left < -1) faults.push(name(element) + ' stands outside the window');
      else if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'hidden')
        faults.push(name(element) + ' is cut off');
    }
    return faults;
  })()`) as Promise<string[]>;
}

/**
 * Presses Tab and looks at each stop: something marks it, it is in the window, and nothing lies over it.
 *
 * @param stops how many, at most
 * @returns one line for each stop that has a fault
 */
export async function faultsOfFocus(page: Page, stops: number): Promise<string[]> {
  const faults: string[] = [];
  for (let stop = 1; stop <= stops; stop += 1) {
    await page.keyboard.press('Tab');
    let fault = (await page.evaluate(LOOK_AT_FOCUS)) as string | null;
    if (fault === 'end') break;
    if (fault !== null) {
      // The hint of the stop before goes a moment later, and what came just now may have moved this one.
      await page.keyboard.press('Shift+Tab');
      await loaded(page);
      await page.keyboard.press('Tab');
      await loaded(page);
      await until('the hint of the stop before to go', async () => (await page.getByRole('tooltip').count()) < 2);
      fault = (await page.evaluate(LOOK_AT_FOCUS)) as string | null;
    }
    if (fault !== null) faults.push(`stop ${stop}: ${fault}`);
  }
  return faults;
}

const LOOK_AT_FOCUS = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return 'end';
  const name = element.tagName.toLowerCase() + ' “' + (element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40) + '”';
  // A checkbox of the component library is out of sight; its picture carries the mark.
  const shown = element.closest('.checkbox')?.querySelector('.checkbox-box') ?? element;
  const style = getComputedStyle(shown);
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return name + ' has no mark of the focus';
  const box = shown.getBoundingClientRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  if (right - left < 1 || bottom - top < 1) return name + ' is out of the window';
  const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  if (over !== null && !shown.contains(over) && !over.contains(shown)) return name + ' lies below ' + over.tagName.toLowerCase() + '.' + over.className;
  return null;
})()`;
