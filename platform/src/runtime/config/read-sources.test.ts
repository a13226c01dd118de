import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfigSources } from './read-sources.ts';

test('a folder gives its YAML files in order of their names; what is named must be there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  try {
    for (const name of ['20-b.yaml', '10-a.yml', 'notes.txt']) writeFileSync(join(folder, name), name);
    const { files } = readConfigSources({ STELLA_CONFIG: folder }, {});
    expect(files.map(({ text }) => text)).toEqual(['10-a.yml', '20-b.yaml']);
    const one = join(folder, 'notes.txt');
    expect(readConfigSources({ STELLA_CONFIG: one }, {}).files).toEqual([{ path: one, text: 'notes.txt' }]);
    const missing = () => readConfigSources({ STELLA_CONFIG: join(folder, 'none.yaml') }, {});
    expect(missing).toThrow(expect.objectContaining({ code: 'CONFIG_UNREADABLE' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
