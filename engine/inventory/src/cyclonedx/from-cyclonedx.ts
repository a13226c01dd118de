import { type Digest, isObject, type Violation } from '@stella-ops/engine-kernel';
import { ClaimedInventory } from '../foreign/claimed-inventory.ts';
import { claimedSubject, type DescribedSubject } from '../foreign/claimed-subject.ts';
import { distroOf } from '../foreign/distro-component.ts';
import { Properties } from '../foreign/properties.ts';
import { type Foreign, isForeign, Reading, wordOf } from '../foreign/reading.ts';
import { distroShape, gapShape, layerShape, subjectShape } from '../inventory-shape.ts';
import { invalid, type SbomReading, tooLarge } from '../sbom-reading.ts';
import type { Distro } from '../types.ts';
import { readComponent } from './read-component.ts';
import { PROPERTY } from './vocabulary.ts';

/**
 * Reads CycloneDX JSON 1.2 to 1.7 of any writer (ECMA-424). Nested components become a flat list with `contains`
 * relations; a package of an operating system gets its source package from the package URL or from the properties of
 * Trivy and Syft. A document that this product wrote comes back as the inventory that it was, except that everything in
 * it is `claimed`: anyone can have changed the document.
 *
 * @param document what `JSON.parse` gave
 * @param file name used in errors, and the subject's name when the document has none
 * @param digest of the document's bytes: the digest of the subject
 * @returns `ok: false` with `SBOM_INVALID` or `SBOM_TOO_LARGE` when nothing of it can be used
 */
export function fromCycloneDx(document: unknown, file: string, digest: Digest): SbomReading {
  if (!isObject(document)) return invalid(file, [{ pointer: '', message: 'expected an object' }]);
  const faults = structureFaults(document);
  if (faults.length > 0) return invalid(file, faults);

  const reading = new Reading();
  const claimed = new ClaimedInventory('cyclonedx', reading);
  const walk = new ComponentWalk(reading, claimed);
  const metadata = isForeign(document['metadata']) ? document['metadata'] : {};
  const root = isForeign(metadata['component']) ? metadata['component'] : undefined;
  const described = root === undefined ? {} : walk.root(root, '/metadata/component');
  walk.nested(document, '');
  readDependencies(reading, document, claimed);
  if (claimed.isFull) return tooLarge(file);

  const properties = new Properties(reading, metadata, '/metadata');
  readGaps(reading, properties, document, claimed);
  const [own] = properties.embedded(subjectShape, PROPERTY.subject);
  const inventory = claimed.finish({
    subject: claimedSubject({ own, described, file, digest }),
    distro: walk.distro,
    layers: properties.embedded(layerShape, PROPERTY.layer).filter((layer) => layer !== undefined),
  });
  return { ok: true, inventory, warnings: reading.allWarnings() };
}

function structureFaults(document: Foreign): Violation[] {
  const faults: Violation[] = [];
  if (document['bomFormat'] !== 'CycloneDX') faults.push({ pointer: '/bomFormat', message: 'expected "CycloneDX"' });
  const version = document['specVersion'];
  if (typeof version !== 'string' || !/^1\.[2-7]$/.test(version)) {
    faults.push({ pointer: '/specVersion', message: 'expected a version from "1.2" to "1.7"' });
  }
  for (const list of ['components', 'dependencies', 'compositions']) {
    if (!Array.isArray(document[list] ?? [])) faults.push({ pointer: `/${list}`, message: 'expected a list' });
  }
  return faults;
}

/** Walks nested components without recursion, parents before children. */
class ComponentWalk {
  distro: Distro | undefined;
  readonly #reading: Reading;
  readonly #claimed: ClaimedInventory;

  constructor(reading: Reading, claimed: ClaimedInventory) {
    this.#reading = reading;
    this.#claimed = claimed;
  }

  /** What the document is about is a component only when it is a package itself; an image is the subject and no more. */
  root(component: Foreign, pointer: string): DescribedSubject {
    const { claim } = readComponent(this.#reading, component, pointer);
    const isPackage = ['application', 'framework', 'library'].includes(wordOf(component['type']));
    if (isPackage && claim.purl !== undefined) this.#claimed.add(claim);
    this.nested(component, pointer);
    const { name, version, purl } = claim;
    return { name, version, purl };
  }

  nested(owner: Foreign, pointer: string): void {
    const open: { owner: Foreign; pointer: string; parent?: string | undefined }[] = [{ owner, pointer }];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      for (const [component, at] of this.#reading.objects(place.owner, 'components', place.pointer)) {
        if (this.#claimed.isFull) return;
        const id = this.#one(component, at, place.parent);
        if (component['components'] !== undefined) open.push({ owner: component, pointer: at, parent: id });
      }
    }
  }

  /** @returns the component's reference, for its children */
  #one(component: Foreign, pointer: string, parent: string | undefined): string | undefined {
    const { claim, properties } = readComponent(this.#reading, component, pointer);
    const { id, own } = claim;
    const isSystem = component['type'] === 'operating-system' && own === undefined;
    if (isSystem) {
      const [distro] = properties.embedded(distroShape, PROPERTY.distro);
      const named = { name: this.#reading.text(component, 'name', pointer), version: claim.version };
      const found = distro ?? (this.distro === undefined ? distroOf(named, properties) : undefined);
      if (found !== undefined) {
        this.distro = found;
        return id;
      }
    }
    this.#claimed.add(claim);
    if (id !== undefined) {
      if (parent !== undefined) this.#claimed.relate(parent, id, 'contains');
      for (const other of properties.all(PROPERTY.contains)) this.#claimed.relate(id, other, 'contains');
    }
    return id;
  }
}

function readDependencies(reading: Reading, document: Foreign, claimed: ClaimedInventory): void {
  for (const [dependency, pointer] of reading.objects(document, 'dependencies', '')) {
    const from = reading.text(dependency, 'ref', pointer);
    if (from === undefined) continue;
    for (const to of reading.texts(dependency, 'dependsOn', pointer)) {
      if (claimed.isFull) return;
      claimed.relate(from, to, 'depends-on');
    }
  }
}

/** Gaps that this product recorded, and the document's own word that it is incomplete. */
function readGaps(reading: Reading, properties: Properties, document: Foreign, claimed: ClaimedInventory): void {
  const gaps = properties.embedded(gapShape, PROPERTY.gap);
  for (const gap of gaps) {
    claimed.gap(gap ?? { code: 'SBOM_GAP_UNREADABLE', detail: 'the document records a gap that cannot be read' });
  }
  if (gaps.length > 0) return;
  for (const [composition] of reading.objects(document, 'compositions', '')) {
    if (!wordOf(composition['aggregate']).startsWith('incomplete')) continue;
    claimed.gap({ code: 'SBOM_INCOMPLETE', detail: 'the document says that its list of components is incomplete' });
  }
}
