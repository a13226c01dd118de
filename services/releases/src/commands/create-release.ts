import type { Input } from '@stella-ops/contracts';
import { type Release, RELEASES_EVENTS, type RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOf, type RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { imageDigestsOf, manifestDigestsOf, releaseDigest } from '../domain/release-digest.ts';
import { fail } from '../errors.ts';
import { mapLimited } from '../evaluation/ask.ts';
import { personOf } from '../person.ts';
import { componentsByName, type NamedComponent } from '../store/components.ts';
import { hasVersion, insertRelease, insertReleaseParts, nextOfDay } from '../store/releases.ts';
import type { Tx } from '../store/tx.ts';
import { pinImage, scannerFor, type WantedImage } from './pin-image.ts';

type Body = Input<typeof RELEASES_ROUTES.createRelease>['body'];

/** How many images are resolved at once. */
const AT_ONCE = 8;

/** Makes a release: every image is resolved to digests first; then everything is written at once and never changed. */
export async function createRelease(
  deps: Deps,
  { body }: Input<typeof RELEASES_ROUTES.createRelease>,
  context: RequestContext,
) {
  const { host, ids, jobs } = deps;
  const { caller, signal } = context;
  checkOnce(body.components);
  const known = await host.database.withTenant(caller.tenantId, (tx) => readComponents(tx, body), { isReadOnly: true });
  const scanner = scannerFor(deps, caller);
  const wanted = body.components.map(({ component, image }): WantedImage => {
    return { component, image, repository: repositoryOf(known, component) };
  });
  const components = await mapLimited(wanted, AT_ONCE, async ({ image, ...one }) => {
    const { indexDigest, platforms } = await pinImage(scanner, { ...one, image }, signal);
    return { ...one, requested: image, indexDigest, platforms: [...platforms] };
  });
  components.sort((a, b) => (a.component < b.component ? -1 : 1));

  return host.change(context, async (tx: Tx, change) => {
    // The repository may have been changed while registries were asked.
    const now = await readComponents(tx, body);
    for (const { component, repository } of components) {
      if (repositoryOf(now, component) !== repository) {
        throw fail('REPOSITORY_MISMATCH', `the repository of ${component} was changed meanwhile; try again`);
      }
    }
    const day = change.at.slice(0, 10);
    const { name, version, mode, notes } = body;
    const release: Release = {
      id: ids.uuid(),
      name,
      version,
      calendarVersion: `${day.replaceAll('-', '.')}-${await nextOfDay(tx, change.tenantId, day)}`,
      mode,
      components,
      digest: releaseDigest(name, version, mode, components),
      notes,
      createdBy: personOf(caller),
      createdAt: change.at,
    };
    if (!(await insertRelease(tx, change.tenantId, release))) throw versionTaken(body);
    const componentIds = new Map(now.map((component) => [component.name, component.id]));
    await insertReleaseParts(tx, change.tenantId, release, componentIds, imageDigestsOf(components));
    await host.jobs.enqueue(tx, jobs.scanImages, change.tenantId, { releaseId: release.id });
    await change.publish(RELEASES_EVENTS.releaseCreated, {
      releaseId: release.id,
      name,
      version,
      imageDigests: manifestDigestsOf(components),
    });
    change.audit({ type: 'release', id: release.id }, { name, version, mode, digest: release.digest });
    return { status: 201 as const, body: release, headers: { etag: etagOf(release) } };
  });
}

/** @throws AppError `COMPONENT_UNKNOWN`, `VERSION_TAKEN` */
async function readComponents(tx: Tx, body: Body): Promise<NamedComponent[]> {
  if (await hasVersion(tx, body.name, body.version)) throw versionTaken(body);
  const names = body.components.map(({ component }) => component);
  const known = await componentsByName(tx, names);
  const unknown = names.filter((name) => !known.some((component) => component.name === name));
  if (unknown.length > 0) throw fail('COMPONENT_UNKNOWN', `there is no component ${unknown.join(', ')}`);
  return known;
}

function repositoryOf(components: readonly NamedComponent[], name: string): string {
  const repository = components.find((component) => component.name === name)?.repository;
  if (repository === undefined) throw fail('COMPONENT_UNKNOWN', `there is no component ${name}`);
  return repository;
}

function versionTaken({ name, version }: Body) {
  return fail('VERSION_TAKEN', `${name} has a version ${version} already`);
}

function checkOnce(components: Body['components']): void {
  const seen = new Set<string>();
  for (const [index, { component }] of components.entries()) {
    if (seen.has(component)) {
      const message = `${component} is named twice`;
      throw fail('REQUEST_INVALID', message, {
        details: { violations: [{ pointer: `/components/${index}/component`, message }] },
      });
    }
    seen.add(component);
  }
}
