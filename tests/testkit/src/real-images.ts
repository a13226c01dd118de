import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Real images for end-to-end tests, made on this machine: a Debian root by debootstrap, and on top of it packages as npm,
 * pip and the Go toolchain install them. Built once for each recipe and kept in a cache folder.
 */
export interface RealImages {
  /** The debootstrap root file system, for asking dpkg itself. */
  readonly debianRoot: string;
  /** docker-archives. */
  readonly debian: string;
  readonly vulnerable: string;
  readonly fixed: string;
  /** What went into the application layers, for asking npm, pip and go. */
  readonly vulnerableParts: ApplicationParts;
  readonly fixedParts: ApplicationParts;
}

export interface ApplicationParts {
  readonly npm: string;
  readonly python: string;
  readonly goBinary: string;
}

interface Recipe {
  readonly npm: readonly string[];
  readonly python: readonly string[];
  readonly go: readonly string[];
}

// Old releases with public records against them, and the releases that fix those.
const VULNERABLE: Recipe = {
  npm: ['express@4.17.1', 'lodash@4.17.20', '@hapi/hoek@8.5.0'],
  python: ['urllib3==1.26.4', 'requests==2.25.1', 'certifi==2022.9.24'],
  go: ['golang.org/x/text@v0.3.5', 'gopkg.in/yaml.v3@v3.0.0-20200313102051-9f266ea9e77c'],
};
const FIXED: Recipe = {
  npm: ['express@4.21.2', 'lodash@4.17.21', '@hapi/hoek@11.0.7'],
  python: ['urllib3==2.6.3', 'requests==2.32.5'],
  go: ['golang.org/x/text@v0.43.0', 'gopkg.in/yaml.v3@v3.0.1'],
};

/** Needs `docker`, `debootstrap`, `python` and `go`; takes about a minute the first time. */
export function realImages(): RealImages {
  const recipe = createHash('sha256')
    .update(readFileSync(import.meta.filename))
    .digest('hex')
    .slice(0, 12);
  const folder = join(process.env['STELLA_TEST_CACHE'] ?? join(tmpdir(), 'stella-test-cache'), recipe);
  mkdirSync(folder, { recursive: true });
  return alone(join(folder, 'lock'), () => makeImages(folder, recipe));
}

function makeImages(folder: string, recipe: string): RealImages {
  const debianRoot = once(join(folder, 'debian-root'), (target) => {
    run('debootstrap', ['--variant=minbase', 'bookworm', target, debianMirror()]);
  });
  const tag = `stella-test-debian:${recipe}`;
  const debian = once(join(folder, 'debian.tar'), (target) => {
    const root = `${target}.rootfs`;
    run('tar', ['--numeric-owner', '-C', debianRoot, '-cf', root, '.']);
    run('docker', ['import', root, tag]);
    run('docker', ['save', '-o', target, tag]);
    rmSync(root);
  });
  const image = (name: string, parts: ApplicationParts): string =>
    once(join(folder, `${name}.tar`), (target) => {
      run('docker', ['load', '-i', debian]);
      buildImage(tag, `stella-test-${name}:${recipe}`, parts, target);
    });
  const vulnerableParts = applicationParts(join(folder, 'vulnerable'), VULNERABLE);
  const fixedParts = applicationParts(join(folder, 'fixed'), FIXED);
  return {
    debianRoot,
    debian,
    vulnerable: image('vulnerable', vulnerableParts),
    fixed: image('fixed', fixedParts),
    vulnerableParts,
    fixedParts,
  };
}

/** One process at a time: test files run side by side. The lock of a process that died is taken over. */
function alone<T>(lock: string, work: () => T): T {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      if (!isAlive(lock)) rmSync(lock, { force: true });
      Atomics.wait(pause, 0, 0, 200);
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}

/** Makes a file or folder under a temporary name and renames it, so that an interrupted run leaves nothing half made. */
function once(path: string, make: (target: string) => void): string {
  if (existsSync(path)) return path;
  const temporary = `${path}.making`;
  rmSync(temporary, { recursive: true, force: true });
  make(temporary);
  renameSync(temporary, path);
  return path;
}

function applicationParts(folder: string, recipe: Recipe): ApplicationParts {
  once(folder, (target) => {
    mkdirSync(join(target, 'npm'), { recursive: true });
    writeFileSync(join(target, 'npm', 'package.json'), '{"name":"shop","version":"1.0.0","private":true}\n');
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...recipe.npm], join(target, 'npm'));
    run('python3', ['-m', 'pip', 'install', '--quiet', '--target', join(target, 'python'), ...recipe.python]);
    buildGoProgram(join(target, 'go'), recipe.go);
  });
  return { npm: join(folder, 'npm'), python: join(folder, 'python'), goBinary: join(folder, 'go', 'shop') };
}

function buildGoProgram(folder: string, modules: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'go.mod'), 'module shop.example/shop\n\ngo 1.21\n');
  writeFileSync(
    join(folder, 'main.go'),
    [
      'package main',
      'import ("fmt"; "golang.org/x/text/language"; "gopkg.in/yaml.v3")',
      'func main() { out, _ := yaml.Marshal(language.English.String()); fmt.Print(string(out)) }',
      '',
    ].join('\n'),
  );
  run('go', ['get', ...modules], folder);
  run('go', ['mod', 'tidy'], folder);
  run('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', 'shop', '.'], folder, {
    CGO_ENABLED: '0',
    GOFLAGS: '-buildvcs=false',
  });
}

/** One layer for each part, one that adds a package and one that removes it again, so that whiteouts are real. */
function buildImage(base: string, tag: string, parts: ApplicationParts, target: string): void {
  const context = `${target}.context`;
  mkdirSync(context, { recursive: true });
  run('cp', ['-a', parts.npm, join(context, 'npm')]);
  run('cp', ['-a', parts.python, join(context, 'python')]);
  run('cp', [parts.goBinary, join(context, 'shop')]);
  mkdirSync(join(context, 'gone'));
  writeFileSync(join(context, 'gone', 'package.json'), '{"name":"gone","version":"9.9.9"}\n');
  writeFileSync(
    join(context, 'Dockerfile'),
    [
      `FROM ${base}`,
      'COPY npm /srv/shop',
      'COPY python /usr/local/lib/python3.11/site-packages',
      'COPY shop /usr/local/bin/shop',
      'COPY gone /srv/shop/node_modules/gone',
      'RUN rm -rf /srv/shop/node_modules/gone',
      '',
    ].join('\n'),
  );
  run('docker', ['build', '--quiet', '--network', 'none', '-t', tag, context]);
  run('docker', ['save', '-o', target, tag]);
  rmSync(context, { recursive: true });
}

/** The mirror that this machine's own apt uses. */
function debianMirror(): string {
  const [first] = execFileSync('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Origin: Debian'], {
    encoding: 'utf8',
  }).split('\n');
  if (first === undefined || first === '') throw new Error('apt knows no Debian mirror');
  return first;
}

function run(program: string, args: readonly string[], cwd?: string, env: Record<string, string> = {}): void {
  try {
    execFileSync(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    const said = `${stdout?.toString().slice(-1000) ?? ''}\n${stderr?.toString().slice(-2000) ?? ''}`;
    throw new Error(`${program} ${args.join(' ')} failed:\n${said}`, { cause: error });
  }
}
