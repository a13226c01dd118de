import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stella, tarHeader, tarOf, temporaryFolder, zstdBomb } from '@stella-ops/testkit';
import { beforeAll, describe, expect } from 'vitest';
import { put, testBadInput } from './bad-input-case.ts';

const root = join(import.meta.dirname, '..', '..');
const baseline = join(root, 'policies', 'baseline.yaml');
const fixed = temporaryFolder('bad-proofs');
const given = (name: string): string => join(fixed, name);
const SBOM = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  components: [{ type: 'library', name: 'lodash', version: '4.17.20', purl: 'pkg:npm/lodash@4.17.20' }],
};
const NO_PASSWORD = {
  STELLA_KEY_PASSWORD: undefined,
  STELLA_KEY_PASSWORD_FILE: undefined,
  COSIGN_PASSWORD: undefined,
  COSIGN_PASSWORD_FILE: undefined,
};

const decide = (...more: string[]): string[] => [
  'decide',
  given('shop.cdx.json'),
  '--advisories',
  given('advisories.idx'),
  '--policy',
  baseline,
  '--at',
  '2026-06-01T00:00:00Z',
  '--output',
  'out.capsule.tar.zst',
  ...more,
];

beforeAll(async () => {
  put(fixed, 'shop.cdx.json', SBOM);
  const commands = [
    ['advisories', 'build', join(root, 'demo', 'advisories'), '--output', given('advisories.idx')],
    ['key', 'create', '--prefix', given('open'), '--no-password'],
    ['key', 'create', '--prefix', given('sealed')],
  ];
  for (const words of commands) {
    const run = await stella(words, { cwd: fixed, env: { STELLA_KEY_PASSWORD: 'open sesame' } });
    expect(run, run.stderr).toMatchObject({ exit: 0 });
  }
  const run = await stella(decide('--key', given('open.key')), { cwd: fixed, env: NO_PASSWORD });
  expect(run, run.stderr).toMatchObject({ exit: 6 });
});

describe('a key', () => {
  testBadInput([
    {
      title: 'that is none is refused, and no capsule is written',
      words: (folder) => decide('--key', put(folder, 'my.key', 'hello')),
      exit: 2,
      code: 'KEY_INVALID',
      says: [/at my\.key/],
    },
    {
      title: 'of 2 MB is not read',
      words: (folder) => decide('--key', put(folder, 'my.key', 'x'.repeat(2 << 20))),
      exit: 2,
      code: 'FILE_UNREADABLE',
      says: [/at my\.key/],
    },
    {
      title: 'that is public cannot sign',
      words: () => decide('--key', given('open.pub')),
      exit: 2,
      code: 'KEY_INVALID',
      says: [/at \S+open\.pub/],
    },
    {
      title: 'does not open with a wrong password, and the password is not shown',
      words: () => decide('--key', given('sealed.key')),
      env: { ...NO_PASSWORD, STELLA_KEY_PASSWORD: 'open barley' },
      exit: 3,
      code: 'KEY_PASSWORD',
      says: [/at \S+sealed\.key/, /^(?!.*barley)/s],
    },
    {
      title: 'that is encrypted asks for a password that nobody can give in a pipe',
      words: () => decide('--key', given('sealed.key')),
      env: NO_PASSWORD,
      exit: 3,
      code: 'PASSWORD_MISSING',
      says: [/at \S+sealed\.key/, 'STELLA_KEY_PASSWORD_FILE'],
    },
    {
      title: 'whose password file is not there is not opened with another',
      words: () => decide('--key', given('sealed.key')),
      env: { ...NO_PASSWORD, STELLA_KEY_PASSWORD_FILE: 'none' },
      exit: 4,
      code: 'FILE_NOT_FOUND',
      says: [/at none/],
    },
    {
      title: 'without its log signs nothing',
      words: (folder) => {
        copyFileSync(given('open.key'), join(folder, 'my.key'));
        return decide('--key', 'my.key');
      },
      exit: 4,
      code: 'LOG_NOT_FOUND',
      says: [/at \S+my\.tlog/],
    },
    {
      title: 'with a log that is none signs nothing',
      words: (folder) => decide('--key', given('open.key'), '--log', put(folder, 'my.tlog', 'hello'.repeat(1000))),
      exit: 3,
      code: 'LOG_DAMAGED',
      says: [/at \S+my\.tlog/],
    },
    {
      title: 'is not written over',
      words: (folder) => {
        put(folder, 'stella.pub', 'mine');
        return ['key', 'create', '--no-password'];
      },
      exit: 2,
      code: 'FILE_EXISTS',
      says: [/at stella\.pub/],
    },
    {
      title: 'is not created without a password that nobody gave',
      words: () => ['key', 'create'],
      env: NO_PASSWORD,
      exit: 3,
      code: 'PASSWORD_MISSING',
    },
    {
      title: 'is not created in a folder that is not there, and nothing is left',
      words: () => ['key', 'create', '--prefix', 'no/such/stella', '--no-password'],
      exit: 1,
      code: 'LOG_UNWRITABLE',
      says: [/at \S+no\/such\/stella\.tlog/],
    },
  ]);
});

describe('a capsule', () => {
  const whole = (): Buffer => readFileSync(given('out.capsule.tar.zst'));
  const inputs: readonly (readonly [what: string, bytes: () => Uint8Array, fault: RegExp])[] = [
    ['that is empty', () => Buffer.alloc(0), /manifest\.json: truncated/],
    ['that is no archive', () => Buffer.from('hello'), /manifest\.json: truncated/],
    ['that is cut short', () => whole().subarray(0, 3000), /compression/],
    ['that is another tar', () => tarOf([{ path: 'a', body: 'x' }]), /manifest\.json/],
    [
      'that grows without bound',
      () => zstdBomb(tarHeader({ path: 'manifest.json', size: 8_000_000_000 }), 8_000_000_000),
      /limit/,
    ],
    ['with a name that leads out of it', () => tarOf([{ path: '../../canary/evil', body: 'x' }]), /fault/],
  ];
  testBadInput(
    inputs.flatMap(([what, bytes, fault]) => {
      const words = (verb: string) => (folder: string) => ['capsule', verb, put(folder, 'x.capsule.tar.zst', bytes())];
      return [
        {
          title: `${what} does not verify, and the fault is named`,
          words: words('verify'),
          exit: 3,
          shows: [/^INVALID +x\.capsule\.tar\.zst/, fault],
        },
        {
          title: `${what} does not replay`,
          words: words('replay'),
          exit: 3,
          shows: [/^FAILED +x\.capsule\.tar\.zst/, /CAPSULE_UNREADABLE/],
        },
        {
          title: `${what} cannot be shown`,
          words: words('show'),
          exit: 2,
          code: 'CAPSULE_UNREADABLE',
          says: [/at x\.capsule\.tar\.zst\//],
        },
      ];
    }),
  );
  testBadInput([
    {
      title: 'with bytes behind its end does not verify',
      words: (folder) => {
        const bytes = Buffer.concat([whole(), Buffer.from('x')]);
        return ['capsule', 'verify', put(folder, 'x.capsule.tar.zst', bytes)];
      },
      exit: 3,
      shows: [/^INVALID +x\.capsule\.tar\.zst/, /compression/],
    },
    {
      title: 'compared with one that is none names which',
      words: (folder) => ['capsule', 'diff', given('out.capsule.tar.zst'), put(folder, 'b.tar.zst', 'hello')],
      exit: 2,
      code: 'CAPSULE_UNREADABLE',
      says: [/at b\.tar\.zst\//],
    },
    {
      title: 'has only members of its own',
      words: () => ['capsule', 'show', given('out.capsule.tar.zst'), '--member', '../../canary/file'],
      exit: 4,
      code: 'FILE_NOT_FOUND',
      says: ['no member "../../canary/file"'],
    },
  ]);
});

describe('trust', () => {
  const verify = (...trust: string[]): string[] => ['capsule', 'verify', given('out.capsule.tar.zst'), ...trust];
  testBadInput([
    {
      title: 'in a file that is none is refused',
      words: (folder) => verify('--trusted-root', put(folder, 'root.json', 'hello')),
      exit: 2,
      code: 'KEY_INVALID',
      says: [/at root\.json/],
    },
    {
      title: 'in a document of another kind is refused',
      words: (folder) => verify('--trusted-root', put(folder, 'root.json', { mediaType: 'text/plain' })),
      exit: 2,
      code: 'TRUST_INVALID',
      says: [/at root\.json/],
    },
    {
      title: 'in a root with a broken key is refused at its place',
      words: (folder) => {
        const trust = JSON.parse(readFileSync(given('open.trusted-root.json'), 'utf8')) as { keys: object[] };
        trust.keys = [{ ...trust.keys[0], publicKey: 7 }];
        return verify('--trusted-root', put(folder, 'root.json', trust));
      },
      exit: 2,
      says: [/error \w+_INVALID: /, /at root\.json#\/keys\/0\/publicKey/],
    },
    {
      title: 'in a private key is refused',
      words: () => verify('--key', given('open.key')),
      exit: 2,
      code: 'KEY_INVALID',
      says: [/at \S+open\.key/],
    },
    {
      title: 'in the key of somebody else leaves the capsule unverified',
      words: () => verify('--trusted-root', given('sealed.trusted-root.json')),
      exit: 3,
      shows: [/^UNVERIFIABLE /],
    },
  ]);
});

describe('a bundle', () => {
  const verify =
    (content: string | Uint8Array | object, ...more: string[]) =>
    (folder: string) => [
      'bundle',
      'verify',
      put(folder, 'b.sigstore.json', content),
      '--key',
      given('open.pub'),
      ...more,
    ];
  testBadInput([
    { title: 'that is empty is invalid', words: verify(''), exit: 3, shows: [/^INVALID/, 'not JSON'] },
    { title: 'of noise is invalid', words: verify(Buffer.from([0xff, 0, 1, 2])), exit: 3, shows: [/^INVALID/] },
    { title: 'that is another document is invalid', words: verify(SBOM), exit: 3, shows: [/^INVALID/, 'mediaType'] },
    {
      title: 'with __proto__ in place of its members is invalid',
      words: verify('{"__proto__":{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}}'),
      exit: 3,
      shows: [/^INVALID/],
    },
    {
      title: 'held against a digest that is none is a fault of the question',
      words: verify('{}', '--digest', 'sha256:zz'),
      exit: 2,
      code: 'DIGEST_INVALID',
    },
    {
      title: 'without anybody to trust cannot be verified',
      words: (folder) => ['bundle', 'verify', put(folder, 'b.json', '{}')],
      exit: 2,
      code: 'USAGE',
      says: ['--trusted-root'],
    },
  ]);
});
