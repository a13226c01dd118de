import type { Json } from '@stella-ops/engine-kernel';

/** One image of the demo shop: what an SBOM of it would say. */
export interface ShopImage {
  readonly component: 'web' | 'api';
  readonly version: string;
  readonly purls: readonly string[];
}

/** The shop's releases. 1.1.0 carries an old urllib3 and an old lodash; 1.2.0 has them fixed. */
export const SHOP_IMAGES: readonly ShopImage[] = [
  { component: 'web', version: '1.0.0', purls: ['pkg:npm/express@4.21.2', 'pkg:npm/lodash@4.17.21'] },
  { component: 'api', version: '1.0.0', purls: ['pkg:pypi/urllib3@1.26.18', 'pkg:pypi/idna@3.10'] },
  { component: 'web', version: '1.1.0', purls: ['pkg:npm/express@4.21.2', 'pkg:npm/lodash@4.17.20'] },
  { component: 'api', version: '1.1.0', purls: ['pkg:pypi/urllib3@1.26.4', 'pkg:pypi/idna@3.10'] },
  {
    component: 'web',
    version: '1.2.0',
    purls: ['pkg:npm/express@4.21.2', 'pkg:npm/lodash@4.17.21', 'pkg:npm/ms@2.1.3'],
  },
  {
    component: 'api',
    version: '1.2.0',
    purls: ['pkg:pypi/urllib3@1.26.18', 'pkg:pypi/idna@3.10', 'pkg:pypi/six@1.16.0'],
  },
];

/** CycloneDX 1.6 of an image, the same bytes each time. */
export function shopSbom({ component, version, purls }: ShopImage): Json {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'container', name: `shop-${component}`, version, 'bom-ref': `shop-${component}` } },
    components: purls.map((purl) => {
      const [, name = '', packageVersion = ''] = /\/([^/@]+)@(.+)$/.exec(purl) ?? [];
      return { type: 'library', name, version: packageVersion, purl, 'bom-ref': purl };
    }),
  };
}

export const SHOP_ENVIRONMENTS = [
  { name: 'dev', order: 1, requiredApprovals: 0, policy: 'development' },
  { name: 'stage', order: 2, requiredApprovals: 1, policy: 'baseline' },
  { name: 'prod', order: 3, requiredApprovals: 1, policy: 'baseline' },
] as const;
