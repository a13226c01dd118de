/** Databases of packages that are recognised and not read yet: finding one means that packages are missing from the inventory. */
export const UNREAD_DATABASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    apk: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'],
    rpm: [
      'var/lib/rpm/Packages',
      'var/lib/rpm/Packages.db',
      'var/lib/rpm/rpmdb.sqlite',
      'usr/lib/sysimage/rpm/Packages',
      'usr/lib/sysimage/rpm/Packages.db',
      'usr/lib/sysimage/rpm/rpmdb.sqlite',
      'usr/share/rpm/rpmdb.sqlite',
      'var/lib/rpmmanifest/container-manifest-2',
    ],
    opkg: ['lib/opkg/status', 'usr/lib/opkg/status', 'var/lib/opkg/status'],
    pacman: ['var/lib/pacman/local/ALPM_DB_VERSION'],
    portage: ['var/db/pkg'],
    nix: ['nix/var/nix/db/db.sqlite'],
    guix: ['var/guix/db/db.sqlite'],
    snap: ['var/lib/snapd/state.json'],
    chisel: ['var/lib/chisel/manifest.wall'],
    conda: ['opt/conda/conda-meta/history'],
  }).flatMap(([kind, paths]) => paths.map((path) => [path, kind] as const)),
);

/** Files that name packages and are not read yet, by the end of their path. */
export const UNREAD_FILES = [
  { what: 'Java archives', endings: ['.jar', '.war', '.ear'] },
  { what: 'Ruby gem specifications', endings: ['.gemspec'] },
  { what: 'Composer package lists', endings: ['vendor/composer/installed.json'] },
  { what: '.NET dependency lists', endings: ['.deps.json'] },
  { what: 'zipped Python eggs and wheels', endings: ['.egg', '.whl'] },
] as const;

/** Files that say what would be installed. In an image the installed packages themselves count; in a source tree these are all there is. */
export const LOCKFILES = [
  'Cargo.lock',
  'Gemfile.lock',
  'Pipfile.lock',
  'bun.lock',
  'composer.lock',
  'go.mod',
  'gradle.lockfile',
  'mix.lock',
  'npm-shrinkwrap.json',
  'package-lock.json',
  'packages.lock.json',
  'pnpm-lock.yaml',
  'poetry.lock',
  'pom.xml',
  'pubspec.lock',
  'requirements.txt',
  'uv.lock',
  'yarn.lock',
] as const;
