// `npm run bench [-- CASE…]`: our command line beside the peers found on PATH, fresh processes in turn, page cache warm.
// Prints ratios; absolute times say more about the machine than about us. Needs Linux, and for the cases with images
// docker, debootstrap, skopeo, go and pip; for advisories STELLA_CORPUS_DIR.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from './cases.ts';
import { inTurn, type Summary } from './measure.ts';

const rounds = Number(process.env['STELLA_BENCH_ROUNDS'] ?? 5);
const wanted = process.argv.slice(2);
let missed = 0;

execFileSync(process.execPath, [join(import.meta.dirname, '..', '..', 'tools', 'build.ts')], { stdio: 'inherit' });

for (const benchCase of CASES) {
  if (wanted.length > 0 && !wanted.some((word) => benchCase.name.includes(word))) continue;
  console.log(`\n${benchCase.name}`);
  const lack = benchCase.lacks();
  if (lack !== undefined) {
    console.log(`  not run: needs ${lack}`);
    continue;
  }
  const { programs, goals } = await benchCase.prepare();
  const present = programs.filter(({ command: [file] }) => file.includes('/') || onPath(file));
  const summaries = await inTurn(present, rounds);
  const [ours] = summaries;
  if (ours === undefined) throw new Error('a case names our program first');
  for (const one of summaries) console.log(`  ${row(one, ours)}`);
  for (const absent of programs.filter((program) => !present.includes(program)))
    console.log(`  ${absent.name}: not on PATH`);
  for (const goal of goals) {
    const value = goal.value(summaries);
    const isMet = value !== undefined && value <= goal.most;
    if (value !== undefined && !isMet && goal.isPromise !== true) missed++;
    console.log(
      `  ${value === undefined ? 'unknown' : isMet ? 'met    ' : goal.isPromise === true ? 'not yet' : 'MISSED '} ${goal.name}: ${value?.toFixed(3) ?? '-'} (at most ${goal.most})`,
    );
  }
}
console.log(missed === 0 ? '\nall goals that could be measured are met' : `\n${missed} goals missed`);
process.exitCode = missed === 0 ? 0 : 1;

function row(one: Summary, ours: Summary): string {
  const ratio =
    one === ours
      ? ''
      : `   we take ${(ours.seconds / one.seconds).toFixed(2)}× its time, ${(ours.peakMb / one.peakMb).toFixed(2)}× its memory`;
  return `${one.name.padEnd(22)} ${one.seconds.toFixed(3).padStart(8)} s ${one.peakMb.toFixed(0).padStart(6)} MB${ratio}`;
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`));
}
