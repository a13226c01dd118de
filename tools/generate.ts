// `npm run generate`: writes every file that is made from others.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentOf, GENERATED } from './generate/generated-files.ts';

for (const file of GENERATED) {
  const path = join(import.meta.dirname, '..', file.path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await contentOf(file));
  console.log(file.path);
}
