// `npm run tour`: an image, advisories and a policy go in; a signed decision that anyone can check comes out.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { writeDemoImage } from './demo/demo-image.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, '.stella', 'tour');
const here = (path: string): string => relative(root, path);
const tour = (name: string): string => here(join(folder, name));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await writeDemoImage(join(folder, 'shop'));

const image = `oci-dir:${tour('shop')}`;
const judge = [
  '--advisories',
  tour('advisories.idx'),
  '--policy',
  'policies/baseline.yaml',
  '--key',
  tour('stella.key'),
];
const trust = ['--trusted-root', tour('stella.trusted-root.json')];

step('A signing key, with a transparency log of its own', [
  'key',
  'create',
  '--prefix',
  tour('stella'),
  '--no-password',
]);
step('Advisories: a few records in demo/advisories', [
  'advisories',
  'build',
  'demo/advisories',
  '--output',
  tour('advisories.idx'),
]);
step('What is inside the image of a small shop?', ['scan', image]);
step(
  'May it go to production?',
  ['decide', image, ...judge, '--env', 'production', '--output', tour('shop.capsule.tar.zst')],
  6,
);
step("With the supplier's statement and two exceptions?", [
  'decide',
  image,
  ...judge,
  '--vex',
  'demo/vex/shop.openvex.json',
  '--exceptions',
  'demo/exceptions.yaml',
  '--env',
  'production',
  '--output',
  tour('shop-allowed.capsule.tar.zst'),
]);
step('Anyone who trusts your key can verify that, offline', [
  'capsule',
  'verify',
  tour('shop-allowed.capsule.tar.zst'),
  ...trust,
]);
step('and compute it again', ['capsule', 'replay', tour('shop-allowed.capsule.tar.zst'), ...trust]);

console.log(`
What to try next (npx stella --help lists everything):
  npx stella scan dir:/                                        what is on this machine
  npx stella scan docker:IMAGE --format cyclonedx-json         an SBOM of an image of your own
  npx stella capsule diff ${tour('shop.capsule.tar.zst')} ${tour('shop-allowed.capsule.tar.zst')}
  npx stella capsule show ${tour('shop.capsule.tar.zst')} --member policy.yaml
Everything the tour wrote is in ${here(folder)}. README.md goes on from here.`);

/** Runs one command of the product and shows it; another exit code than the wanted one ends the tour. */
function step(title: string, words: readonly string[], wanted = 0): void {
  console.log(`\n── ${title}\n$ stella ${words.join(' ')}\n`);
  const main = join(root, 'apps', 'cli', 'src', 'main.ts');
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...words], {
    cwd: root,
    stdio: 'inherit',
  });
  if (run.status === wanted) return;
  console.error(`\nThe tour stops here: the command ended with ${run.status ?? run.signal}, ${wanted} was expected.`);
  process.exit(1);
}
