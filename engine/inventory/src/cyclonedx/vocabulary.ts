/** Names of the properties in which an exported inventory carries what CycloneDX has no field for. */
export const PROPERTY = {
  subject: 'stella:subject',
  layer: 'stella:layer',
  gap: 'stella:gap',
  analyzer: 'stella:analyzer',
  analyzers: 'stella:analyzers',
  distro: 'stella:distro',
  grade: 'stella:grade',
  kind: 'stella:kind',
  type: 'stella:type',
  version: 'stella:version',
  architecture: 'stella:architecture',
  sourceName: 'stella:source:name',
  sourceVersion: 'stella:source:version',
  hash: 'stella:hash',
  contains: 'stella:contains',
  /** Followed by the name of one of the component's own properties. */
  own: 'stella:property:',
} as const;

/** How an occurrence names the layer of its file. */
export const LAYER_CONTEXT = 'layer ';

export interface Property {
  readonly name: string;
  readonly value: string;
}
