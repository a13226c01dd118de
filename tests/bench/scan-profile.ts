// `node [--cpu-prof] tests/bench/scan-profile.ts SOURCE [COUNT]`: scans an image or a folder in this process and prints what it
// took. The first scan is what a fresh process pays; later ones show what is left when the code is compiled.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openImage, parseSource } from '@stella-ops/engine-oci';
import { scanDirectory, scanImage, type ScanResult } from '@stella-ops/engine-scan';

const [text = '', count = '1'] = process.argv.slice(2);
const tempDir = await mkdtemp(join(tmpdir(), 'scan-profile-'));

async function scanOnce(): Promise<ScanResult> {
  const source = await parseSource(text);
  if (source.kind === 'dir') return scanDirectory(source.path);
  const image = await openImage(source, { tempDir });
  try {
    return await scanImage(image);
  } finally {
    await image.close();
  }
}

for (let i = 0; i < Number(count); i++) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { inventory, stats } = await scanOnce();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${wallMs.toFixed(0)} ms, ${((user + system) / 1000).toFixed(0)} ms of CPU, peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB,`,
    `${inventory.components.length} components, ${inventory.gaps.length} gaps, ${stats.entries} entries, ${stats.bytesRead} bytes read`,
  );
}
await rm(tempDir, { recursive: true });
