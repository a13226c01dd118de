import { expect, test } from 'vitest';
import type { RiskDifference } from '@stella-ops/contracts/findings';
import { riskText } from './risk-text.ts';

const NONE = { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0 };
const ID = '01990000-0000-7000-8000-000000000001';
const web = { component: 'web', platform: null };
const image = (component: string): RiskDifference['images'][number] => ({
  component,
  platform: null,
  change: 'changed',
  isCompared: true,
  sentence: `${component}: 1 high finding more; 1 package new.`,
  before: null,
  after: null,
  findings: { came: 1, went: 0, changed: 0 },
  packages: { came: 1, went: 0, changed: 0 },
});
const came = (vulnerability: string): RiskDifference['findingDifferences'][number] => ({
  ...web,
  change: 'came',
  vulnerability,
  package: 'a',
  before: null,
  after: null,
  differences: [],
  sentence: `${vulnerability} (high) in a 2 comes; no fix is known.`,
});
const risk = (more: Partial<RiskDifference>): RiskDifference => ({
  from: { id: ID, name: 'shop', version: '1.0.0' },
  to: { id: ID, name: 'shop', version: '1.1.0' },
  sentence: 'shop 1.1.0 against 1.0.0: the same open findings; the same packages.',
  open: { before: NONE, after: NONE },
  findings: { came: 0, went: 0, changed: 0 },
  packages: { came: 0, went: 0, changed: 0 },
  images: [image('web')],
  findingDifferences: [],
  packageDifferences: [],
  notes: [],
  ...more,
});

test('the sentence comes first, then images, findings, packages and notes', () => {
  const text = riskText(
    risk({
      images: [image('web'), image('api')],
      findings: { came: 1, went: 0, changed: 0 },
      findingDifferences: [came('CVE-1')],
      packages: { came: 1, went: 1, changed: 1 },
      packageDifferences: [
        { ...web, change: 'changed', type: 'npm', name: 'a', before: '1', after: '2' },
        { ...web, change: 'came', type: 'npm', name: 'b', before: null, after: '1' },
        { ...web, change: 'went', type: 'npm', name: 'c', before: '3', after: null },
      ],
      notes: [{ ...web, code: 'GAPS', sentence: '1 part of the image could not be read: packages may be missing.' }],
    }),
  );
  expect(text).toBe(`shop 1.1.0 against 1.0.0: the same open findings; the same packages.

images
  web: 1 high finding more; 1 package new.
  api: 1 high finding more; 1 package new.

findings
  +  web  CVE-1 (high) in a 2 comes; no fix is known.

packages
  ~  web  a 1 → 2 (npm)
  +  web  b 1 (npm)
  -  web  c 3 (npm)

notes
  !  1 part of the image could not be read: packages may be missing.
`);
});

test('where nothing differs there is the sentence and no more', () => {
  expect(riskText(risk({}))).toBe('shop 1.1.0 against 1.0.0: the same open findings; the same packages.\n');
});

test('what is not listed is counted', () => {
  const findingDifferences = Array.from({ length: 60 }, (_, index) => came(`CVE-${index}`));
  const text = riskText(risk({ findings: { came: 1500, went: 0, changed: 0 }, findingDifferences }));
  expect(text).toContain('  and 1450 more\n');
  expect(text.match(/comes;/g)).toHaveLength(50);
});

test('no name of a package steers a terminal', () => {
  const evil = { ...web, change: 'came', type: 'npm', name: 'a\u001b[2J', before: null, after: '1' } as const;
  const text = riskText(risk({ packages: { came: 1, went: 0, changed: 0 }, packageDifferences: [evil] }));
  expect(text).toContain('a?[2J 1');
});
