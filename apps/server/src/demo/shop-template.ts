/** Runs in the folder of a release: says which digests it is, and looks at what it said. */
const PROGRAM = `import { readFileSync, writeFileSync } from 'node:fs';
const images = Object.entries(process.env).filter(([name]) => name.startsWith('STELLA_IMAGE_')).sort();
const text = images.map(([name, image]) => name.slice(13).toLowerCase() + ' ' + image + '\\n').join('');
if (process.argv[2] === 'install') writeFileSync('shop.txt', text);
else if (readFileSync('shop.txt', 'utf8') !== text) throw new Error('another release is installed here');
process.stdout.write(text);
`;

/**
 * How the shop is "installed" on a laptop: a script target that writes down its digests and runs nothing else.
 *
 * @param node the program that runs hooks
 */
export function shopTemplate(node: string): string {
  const hook = (word: string) => ({ argv: [node, 'shop.mjs', word], timeoutSeconds: 60 });
  // JSON is YAML.
  return JSON.stringify({
    kind: 'script',
    files: { 'shop.mjs': { content: PROGRAM } },
    hooks: { install: hook('install'), verify: hook('verify'), rollback: hook('verify') },
    keep: 3,
  });
}
