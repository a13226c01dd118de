import type { Client } from '@stella-ops/contracts';
import type { Component, Environment, Promotion, Release, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { firstOf, missing, wholeList } from './whole-list.ts';

type Releases = Client<typeof RELEASES_ROUTES>;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function findComponent(releases: Releases, name: string): Promise<Component> {
  if (UUID.test(name)) return (await releases.getComponent({ params: { componentId: name } })).body;
  const all = wholeList((query) => releases.listComponents({ query }));
  return (await firstOf(all, (one) => one.name === name)) ?? missing('component', name, 'stella component list');
}

export async function findEnvironment(releases: Releases, name: string): Promise<Environment> {
  if (UUID.test(name)) return (await releases.getEnvironment({ params: { environmentId: name } })).body;
  const all = wholeList((query) => releases.listEnvironments({ query }));
  return (await firstOf(all, (one) => one.name === name)) ?? missing('environment', name, 'stella env list');
}

/** By id, or `shop@1.2.0`. */
export async function findRelease(releases: Releases, text: string): Promise<Release> {
  if (UUID.test(text)) return (await releases.getRelease({ params: { releaseId: text } })).body;
  const [name = '', version] = text.split('@');
  const all = wholeList((page) => releases.listReleases({ query: { ...page, name } }));
  return (
    (version === undefined ? undefined : await firstOf(all, (one) => one.version === version)) ??
    missing('release', text, 'stella release list')
  );
}

/** By id, or `shop@1.2.0:stage` for the newest one of that release to that environment. */
export async function findPromotion(releases: Releases, text: string): Promise<Promotion> {
  if (UUID.test(text)) return (await releases.getPromotion({ params: { promotionId: text } })).body;
  const [release = '', environment] = text.split(':');
  if (environment === undefined) return missing('promotion', text, 'stella promotion list');
  const { id: releaseId } = await findRelease(releases, release);
  const { body } = await releases.listPromotions({ query: { limit: 1, releaseId, environment } });
  return body.items[0] ?? missing('promotion', text, 'stella promotion list');
}

/** What `findPromotion` takes. */
export const referenceOf = ({ release, environment }: Promotion): string =>
  `${release.replace(' ', '@')}:${environment}`;
