import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../../apps/console/src/ui/tokens.css'), 'utf8');

const STATES = ['running', 'human', 'gate', 'frozen', 'held', 'failed', 'good', 'stale', 'unknown'];
const GROUNDS = ['page', 'surface', 'raised', 'sunken', 'hover', 'selected'];

type Tokens = ReadonlyMap<string, string>;

function block(selector: string): [string, string][] {
  const start = css.indexOf(`${selector} {`);
  if (start === -1) throw new Error(`no block ${selector}`);
  const body = css.slice(start, css.indexOf('}', start));
  return [...body.matchAll(/--([a-z-]+): (oklch\([^)]*\));/g)].map(([, name = '', value = '']) => [name, value]);
}

const light = block(':root');
const dark = block(":root[data-theme='dark']");
const high = block(":root[data-contrast='high']");
const SETS: readonly (readonly [string, Tokens])[] = [
  ['light', new Map(light)],
  ['dark', new Map([...light, ...dark])],
  ['light, high contrast', new Map([...light, ...high])],
  [
    'dark, high contrast',
    new Map([...light, ...dark, ...high, ...block(":root[data-theme='dark'][data-contrast='high']")]),
  ],
];

/** Relative luminance (WCAG 2.2) of an OKLCH colour, by way of linear sRGB (CSS Color 4, section 18). */
function luminance(color: string): number {
  const [l = 0, chroma = 0, hue = 0] = [...color.matchAll(/[\d.]+/g)].map(([text]) => Number(text));
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const lightness = l / 100;
  const L = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const M = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const S = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (value: number): number => Math.min(1, Math.max(0, value));
  const red = clip(4.0767416621 * L - 3.3077115913 * M + 0.2309699292 * S);
  const green = clip(-1.2684380046 * L + 2.6097574011 * M - 0.3413193965 * S);
  const blue = clip(-0.0041960863 * L - 0.7034186147 * M + 1.707614701 * S);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(tokens: Tokens, one: string, other: string): number {
  const [low = 0, up = 0] = [one, other]
    .map((name) => {
      const value = tokens.get(name);
      if (value === undefined) throw new Error(`no token ${name}`);
      return luminance(value);
    })
    .sort((a, b) => a - b);
  return (up + 0.05) / (low + 0.05);
}

function faults(tokens: Tokens, pairs: readonly (readonly [string, string])[], least: number): string[] {
  return pairs
    .map(([one, other]) => ({ pair: `${one} on ${other}`, ratio: contrast(tokens, one, other) }))
    .filter(({ ratio }) => ratio < least)
    .map(({ pair, ratio }) => `${pair}: ${ratio.toFixed(2)}`);
}

const TEXTS = [
  ...['ink', 'ink-soft', 'ink-faint', 'link'].flatMap((ink) => GROUNDS.map((ground) => [ink, ground] as const)),
  ...STATES.flatMap((state) => ['surface', `${state}-tint`].map((ground) => [`${state}-ink`, ground] as const)),
  ...STATES.map((state) => ['ink', `${state}-tint`] as const),
  ['accent-ink', 'accent'],
  ['accent-ink', 'accent-hover'],
  ['danger-ink', 'danger'],
  ['danger-ink', 'danger-hover'],
] as const;
const MARKS = [
  ...STATES.flatMap((state) =>
    ['page', 'surface', `${state}-tint`].map((ground) => [`${state}-mark`, ground] as const),
  ),
  ...GROUNDS.map((ground) => ['focus', ground] as const),
  ...['page', 'surface', 'raised'].map((ground) => ['line-strong', ground] as const),
];

describe.each(SETS)('colours, %s', (name, tokens) => {
  test('text stands out from its ground by 4.5:1, with high contrast by 7:1', () => {
    const isHigh = name.includes('high');
    expect(faults(tokens, TEXTS, 4.5)).toEqual([]);
    if (isHigh)
      expect(
        faults(
          tokens,
          TEXTS.filter(([ink]) => ink.startsWith('ink')),
          7,
        ),
      ).toEqual([]);
  });

  test('marks and borders of fields stand out by 3:1', () => {
    expect(faults(tokens, MARKS, 3)).toEqual([]);
  });
});
