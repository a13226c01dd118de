import { describe, expect, it } from 'vitest';
import { digestOf } from '@stella-ops/engine-kernel';
import { compareFindings, NO_FINDINGS } from './compare-findings.ts';
import { comparePackages } from './compare-packages.ts';
import { tellDifference } from './tell-difference.ts';
import { changedImage, finding, judgement, packages, side } from './testing/risk-facts.ts';

const OLD = { id: '01990000-0000-7000-8000-000000000001', name: 'shop', version: '1.1.0' };
const NEW = { id: '01990000-0000-7000-8000-000000000002', name: 'shop', version: '1.2.0' };
const told = (...images: Parameters<typeof tellDifference>[2]) => tellDifference(OLD, NEW, images);
const critical = (id: string) => finding(id, { severity: 'critical', score: 9.8, priority: 18 });

describe('the sentence of a comparison', () => {
  it('says by severity how many open findings there are fewer or more, and how many packages changed', () => {
    const web = changedImage(
      'web',
      { before: [critical('CVE-1'), critical('CVE-2')], after: [finding('CVE-3')] },
      { packages: comparePackages(packages({ a: '1', b: '1', c: '1' }), packages({ a: '2', b: '2', c: '2' })) },
    );
    const { sentence, images } = told(web);
    expect(sentence).toBe('shop 1.2.0 against 1.1.0: 2 critical findings fewer, 1 high more; 3 packages changed.');
    expect(images[0]?.sentence).toBe('web: 2 critical findings fewer, 1 high more; 3 packages changed.');
  });

  it('does not hide a finding that takes the place of another of its severity', () => {
    const swapped = changedImage('web', { before: [critical('CVE-1')], after: [critical('CVE-2')] });
    expect(told(swapped).sentence).toContain('as many critical findings (1 new, 1 gone)');
    const fewer = changedImage('web', { before: [critical('CVE-1'), critical('CVE-2')], after: [critical('CVE-3')] });
    expect(told(fewer).sentence).toContain('1 critical finding fewer (1 new, 2 gone)');
  });

  it('adds up the images of all components', () => {
    const one = changedImage('web', { after: [finding('CVE-1')] });
    const other = changedImage('api', { after: [finding('CVE-1')] });
    expect(told(one, other).sentence).toContain('2 high findings more');
  });

  it('says which images come and go, and counts what they bring and take', () => {
    const added = changedImage('cache', { after: [finding('CVE-1')] }, { change: 'added', before: undefined });
    const removed = changedImage('old', { before: [critical('CVE-2')] }, { change: 'removed', after: undefined });
    expect(told(added, removed).sentence).toBe(
      'shop 1.2.0 against 1.1.0: 1 critical finding fewer, 1 high more; the same packages; new: cache; gone: old.',
    );
  });

  it('says what policy denies now and what it does not deny any more', () => {
    const outcome = (was: 'allow' | 'deny', is: 'allow' | 'deny' | 'pending') => ({
      before: side('a', { judgement: judgement({ outcome: was }) }),
      after: side('b', { judgement: judgement({ outcome: is }) }),
    });
    const { sentence } = told(
      changedImage('web', {}, outcome('allow', 'deny')),
      changedImage('api', {}, outcome('deny', 'allow')),
      changedImage('job', {}, outcome('allow', 'pending')),
      changedImage('log', {}, outcome('deny', 'deny')),
    );
    expect(sentence).toContain(
      'policy baseline now denies web; policy baseline no longer denies api; policy baseline cannot decide on job.',
    );
  });

  it('tells platforms apart where a component has several', () => {
    const arm = changedImage('web', {}, { platform: 'linux/arm64' });
    expect(told(changedImage('web'), arm).images.map(({ sentence }) => sentence.split(':')[0])).toEqual([
      'web (linux/amd64)',
      'web (linux/arm64)',
    ]);
  });

  it('names both releases when they are not of one product, and says where nothing was', () => {
    expect(tellDifference({ ...OLD, name: 'pay' }, NEW, [changedImage('web')]).sentence).toMatch(
      /^shop 1\.2\.0 against pay 1\.1\.0: /,
    );
    const first = changedImage('web', { after: [finding('CVE-1')] }, { change: 'added', before: undefined });
    const { sentence, from } = tellDifference(undefined, NEW, [first]);
    expect([sentence, from]).toEqual(['shop 1.2.0 where nothing was: 1 high finding more; the same packages.', null]);
  });
});

describe('what is not known', () => {
  it('an image that was not scanned counts nowhere, and is said first', () => {
    const blind = changedImage(
      'web',
      {},
      { after: side('web', { scan: undefined, judgement: undefined }), findings: undefined, packages: undefined },
    );
    const { sentence, images, notes, open } = told(blind, changedImage('api', { before: [finding('CVE-1')] }));
    expect(sentence).toBe(
      'shop 1.2.0 against 1.1.0: 1 of 2 images cannot be compared; 1 high finding fewer; the same packages.',
    );
    expect(images[0]).toMatchObject({ isCompared: false, findings: null, packages: null });
    expect(images[0]?.sentence).toBe('web: one side was not scanned, so findings cannot be compared.');
    expect(notes).toEqual([
      {
        code: 'NOT_SCANNED',
        component: 'web',
        platform: 'linux/amd64',
        sentence: 'The image of web in shop 1.2.0 was not scanned: nothing is known of it.',
      },
    ]);
    expect(open.before).toEqual(NO_FINDINGS);
  });

  it('an image that is not judged yet is told with its packages, and without findings', () => {
    const unjudged = {
      findings: undefined,
      before: side('a', { judgement: undefined }),
      after: side('b', { judgement: undefined }),
    };
    const { images, notes } = told(changedImage('web', {}, unjudged));
    expect(images[0]?.sentence).toBe(
      'web: neither side is judged yet, so findings cannot be compared; the same packages.',
    );
    expect(notes.map(({ code }) => code)).toEqual(['NOT_JUDGED', 'NOT_JUDGED']);
  });

  it.each([
    ['OTHER_ADVISORIES', { advisorySnapshot: digestOf('newer') }],
    ['OTHER_VEX', { vexSnapshot: digestOf('newer') }],
    ['OTHER_POLICY', { policy: { name: 'baseline', version: '2', digest: digestOf('stricter') } }],
  ] as const)('sides that were not judged on the same evidence say so: %s', (code, more) => {
    const image = changedImage('web', {}, { after: side('web', { judgement: judgement(more) }) });
    const { sentence, notes } = told(image);
    expect(sentence).toMatch(/; not all judged on the same evidence\.$/);
    expect(notes.map((note) => note.code)).toEqual([code]);
  });

  it('gaps, other analyzers and what could not be decided are told', () => {
    const image = changedImage(
      'web',
      {},
      {
        before: side('a', { scan: { origin: 'scan', gaps: 2, analyzers: { apk: 1 } } }),
        after: side('b', {
          scan: { origin: 'scan', gaps: 0, analyzers: { apk: 2 } },
          judgement: judgement({ notEvaluated: 1 }),
        }),
      },
    );
    expect(told(image).notes.map(({ sentence }) => sentence)).toEqual([
      'Other analyzers, or other versions of them, read the two images of web: packages may differ for that reason.',
      '2 parts of the image of web in shop 1.1.0 could not be read: packages may be missing.',
      '1 possible finding of the image of web in shop 1.2.0 could not be decided and is not counted as open.',
    ]);
  });

  it('an image that a document describes is told apart from one that was scanned', () => {
    const image = (before: 'scan' | 'sbom', after: 'scan' | 'sbom') => {
      const scan = (origin: 'scan' | 'sbom') => ({ scan: { origin, gaps: 0, analyzers: {} } });
      return changedImage('web', {}, { before: side('a', scan(before)), after: side('b', scan(after)) });
    };
    expect(told(image('scan', 'sbom')).notes.map(({ sentence }) => sentence)).toEqual([
      'The image of web was scanned in shop 1.1.0 and is known by a document in shop 1.2.0: packages may differ for that reason.',
    ]);
    expect(told(image('sbom', 'scan')).notes[0]?.sentence).toContain('scanned in shop 1.2.0 and is known');
    expect(told(image('sbom', 'sbom')).notes).toEqual([]);
  });

  it('one image in both releases has no difference, even when nobody judged it, and is told of once', () => {
    const same = side('web', { judgement: undefined });
    const image = {
      component: 'web',
      platform: null,
      change: 'same',
      before: same,
      after: same,
      findings: undefined,
      packages: undefined,
    } as const;
    const { sentence, images, notes } = told(image);
    expect(sentence).toBe('shop 1.2.0 against 1.1.0: the same images.');
    expect(images[0]).toMatchObject({ isCompared: true, findings: { came: 0, went: 0, changed: 0 } });
    expect(notes.map((note) => note.sentence)).toEqual([
      'The image of web in both releases is not judged yet: its findings are not known.',
    ]);
  });
});

describe('the lists of a comparison', () => {
  it('say of each finding what becomes of it, worst first', () => {
    const { findingDifferences } = told(
      changedImage('web', {
        before: [finding('CVE-1'), finding('CVE-3', { verdict: 'deny' })],
        after: [
          critical('CVE-2'),
          finding('CVE-3', { status: 'not_affected', vexStatus: 'not_affected', verdict: 'allow' }),
          finding('CVE-4', { priority: 3000, severity: 'low', score: null, fixedVersions: [], status: 'excepted' }),
        ],
      }),
    );
    expect(findingDifferences.map(({ sentence }) => sentence)).toEqual([
      'CVE-2 (critical, 9.8) in frobnicate 1.0.0 comes; fixed in 1.0.1.',
      'CVE-3 (high, 7.5) in frobnicate 1.0.0: status open → not affected, VEX none → not affected, policy deny → allow.',
      'CVE-1 (high, 7.5) in frobnicate 1.0.0 goes.',
      'CVE-4 (low) in frobnicate 1.0.0 comes, not counted as open: an exception covers it; no fix is known.',
    ]);
  });

  it('end after the thousandth finding and package, while all are counted', () => {
    const many = (component: string) => {
      const names = Array.from({ length: 700 }, (_, index) => `${component}${index}`);
      const after = names.map((name) => finding(`CVE-${name}`, { component: `pkg:npm/${name}@1` }));
      const there = packages(Object.fromEntries(names.map((name) => [name, '1'])));
      return changedImage(
        component,
        {},
        {
          findings: compareFindings([], after),
          packages: comparePackages([], there),
        },
      );
    };
    const { findings, packages: counted, findingDifferences, packageDifferences } = told(many('web'), many('api'));
    expect([findings.came, counted.came]).toEqual([1400, 1400]);
    expect([findingDifferences.length, packageDifferences.length]).toEqual([1000, 1000]);
  });
});
