import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanDirectory } from '@stella-ops/engine-scan';
import { describeNeeding } from '@stella-ops/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MODULE = `module example.com/hello

go 1.21

require golang.org/x/text v0.3.0

require example.com/greet v0.0.0

replace example.com/greet => ./greet
`;
const MAIN = `package main

import (
	"example.com/greet"
	"fmt"
	"golang.org/x/text/language"
)

func main() { fmt.Println(greet.Word, language.English) }
`;

/** One binary for each form of executable, and for each place that the linker has for build information. */
const BUILDS: readonly { name: string; env: Record<string, string>; args: readonly string[] }[] = [
  { name: 'linux', env: { GOOS: 'linux', GOARCH: 'amd64' }, args: [] },
  { name: 'linux-stripped-pie', env: { GOOS: 'linux', GOARCH: 'amd64' }, args: ['-buildmode=pie', '-ldflags=-s -w'] },
  { name: 'linux-386', env: { GOOS: 'linux', GOARCH: '386' }, args: [] },
  { name: 'linux-s390x', env: { GOOS: 'linux', GOARCH: 's390x' }, args: [] },
  { name: 'windows.exe', env: { GOOS: 'windows', GOARCH: 'amd64' }, args: [] },
  { name: 'darwin', env: { GOOS: 'darwin', GOARCH: 'arm64' }, args: [] },
];

describeNeeding(['go'], 'Go binaries', () => {
  let folder: string;
  const go = (args: readonly string[], env: Record<string, string> = {}): string =>
    execFileSync('go', args, {
      cwd: join(folder, 'src'),
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOWORK: 'off', ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'scan-go-'));
    mkdirSync(join(folder, 'src/greet'), { recursive: true });
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'src/go.mod'), MODULE);
    writeFileSync(join(folder, 'src/main.go'), MAIN);
    writeFileSync(join(folder, 'src/greet/go.mod'), 'module example.com/greet\n');
    writeFileSync(join(folder, 'src/greet/greet.go'), 'package greet\n\nconst Word = "hello"\n');
    for (const { name, env, args } of BUILDS) go(['build', ...args, '-o', join(folder, 'bin', name), '.'], env);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(BUILDS.map(({ name }) => name))('%s: modules are those that the toolchain reports', async (name) => {
    const report = go(['version', '-m', join(folder, 'bin', name)]);
    const lines = report.split('\n').map((line) => line.trim().split('\t'));
    const expected = lines
      .filter(([kind]) => kind === 'dep' || kind === 'mod')
      .map(([, path, version]) => `${path} ${version === '(devel)' || path === 'example.com/greet' ? '' : version}`);
    const toolchain = /: go(\S+)/.exec(report)?.[1];

    const others = BUILDS.map((build) => build.name).filter((other) => other !== name);
    const { inventory, stats } = await scanDirectory(join(folder, 'bin'), { exclude: others });
    const found = inventory.components.map(({ name: module, version = '' }) => `${module} ${version}`);
    expect(new Set(found)).toEqual(new Set([...expected, `stdlib ${toolchain}`]));
    expect(inventory.components.every(({ locations }) => locations[0]?.path === name)).toBe(true);
    expect(inventory.relations).toHaveLength(expected.length);
    // Only headers and the start of the data are read of a binary, not the binary.
    expect(stats.bytesRead).toBeLessThan(1 << 18);
  });
});
