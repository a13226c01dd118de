import { formatPurl, type Purl } from '@stella-ops/engine-versions';
import { assembleInventory } from '../assemble.ts';
import { LIMITS } from '../limits.ts';
import type { Component, Distro, Gap, Inventory, Layer, Relation, Subject } from '../types.ts';
import type { Claim, OwnMembers } from './claims.ts';
import { packageName, packageVersion, purlDistro, readPurl, sourcePackage } from './purl-facts.ts';
import type { Reading } from './reading.ts';

/** Version of the reading rules: a higher one means that the same document may give another inventory. */
const READER_VERSION = 1;

type Draft = Omit<Component, 'ref'>;

/**
 * Collects the components, relations and gaps of a foreign document and gives each component a ref that is unique: its
 * purl, else the document's own reference. What cannot be read becomes a gap, never a silence.
 */
export class ClaimedInventory {
  readonly #standard: 'cyclonedx' | 'spdx';
  readonly #reading: Reading;
  readonly #components: Component[] = [];
  /** Components without purl wait until every purl is known, so that none can take a purl's place. */
  readonly #waiting: { wanted: string; draft: Draft; id: string | undefined }[] = [];
  readonly #refs = new Map<string, string>();
  readonly #relations: Relation[] = [];
  readonly #gaps: Gap[] = [];
  readonly #distros = new Map<string, { distro: Distro; count: number }>();

  constructor(standard: 'cyclonedx' | 'spdx', reading: Reading) {
    this.#standard = standard;
    this.#reading = reading;
  }

  get isFull(): boolean {
    return (
      this.#components.length + this.#waiting.length > LIMITS.components || this.#relations.length > LIMITS.relations
    );
  }

  gap(gap: Gap): void {
    this.#gaps.push(gap);
  }

  get gapCount(): number {
    return this.#gaps.length;
  }

  /** Relates two components by the document's own references, before or after they are added. */
  relate(from: string, to: string, kind: Relation['kind']): void {
    this.#relations.push({ from, to, kind });
  }

  add(claim: Claim): void {
    const purl = this.#readPurl(claim);
    if (claim.own !== undefined) this.#addOwn(claim, claim.own, purl !== undefined);
    else if (purl !== undefined) this.#addPackage(claim, purl);
    else this.#addUnidentified(claim);
  }

  /** @param distro what the document says outright; without it, what most package URLs say */
  finish(parts: { subject: Subject; distro?: Distro | undefined; layers: readonly Layer[] }): Inventory {
    this.#placeWaiting();
    const relations: Relation[] = [];
    for (const { from, to, kind } of this.#relations) {
      const ends = { from: this.#refs.get(from), to: this.#refs.get(to) };
      if (ends.from !== undefined && ends.to !== undefined) relations.push({ from: ends.from, to: ends.to, kind });
    }
    return assembleInventory({
      ...parts,
      distro: parts.distro ?? this.#elected(),
      components: this.#components,
      relations,
      gaps: this.#gaps,
      analyzers: { [this.#standard]: READER_VERSION },
    });
  }

  #readPurl(claim: Claim): Purl | undefined {
    if (claim.purl === undefined) return undefined;
    const parsed = readPurl(claim.purl, claim.own === undefined ? claim.version : undefined);
    if (parsed.ok) return parsed.purl;
    const what = clip(claim.name ?? claim.id ?? claim.pointer);
    this.#reading.warn(claim.pointer, `not a package URL: ${parsed.message}`);
    this.gap({ code: 'SBOM_PURL_INVALID', detail: `${what}: "${clip(claim.purl)}": ${parsed.message}` });
    return undefined;
  }

  #addOwn(claim: Claim, own: OwnMembers, isPurlValid: boolean): void {
    const draft = {
      ...this.#draft(claim, own.type, claim.name ?? '', claim.version),
      ...(isPurlValid && claim.purl !== undefined && { purl: claim.purl }),
      ...(own.properties !== undefined && { properties: own.properties }),
    };
    this.#waiting.push({ wanted: own.ref, id: claim.id, draft });
  }

  #addPackage(claim: Claim, purl: Purl): void {
    const ref = formatPurl(purl);
    const name = packageName(purl);
    const version = packageVersion(purl);
    const source = claim.source ?? sourcePackage(purl, version ?? '');
    const architecture = claim.architecture ?? purl.qualifiers?.['arch'];
    const distro = purlDistro(purl);
    if (distro !== undefined) this.#vote(distro);
    this.#bind(claim.id, ref, claim.pointer);
    this.#components.push({
      // A purl lower-cases names whose own case a person wants to see.
      ...this.#draft(claim, purl.type, claim.name?.toLowerCase() === name.toLowerCase() ? claim.name : name, version),
      ref,
      purl: ref,
      ...(source !== undefined && { source }),
      ...(architecture !== undefined && { architecture }),
    });
  }

  #addUnidentified(claim: Claim): void {
    const { pointer, name, version } = claim;
    if (name === undefined) {
      this.#reading.warn(pointer, 'a component without name and package URL');
      this.gap({ code: 'SBOM_COMPONENT_UNREADABLE', detail: `${pointer} has neither a name nor a package URL` });
      return;
    }
    const wanted = claim.id ?? `generic:${name}${version === undefined ? '' : `@${version}`}`;
    this.#waiting.push({ wanted, id: claim.id, draft: this.#draft(claim, 'generic', name, version) });
  }

  #draft(claim: Claim, type: string, name: string, version: string | undefined): Draft {
    return {
      kind: claim.kind,
      type,
      name,
      ...(version !== undefined && { version }),
      ...(claim.source !== undefined && { source: claim.source }),
      ...(claim.architecture !== undefined && { architecture: claim.architecture }),
      ...(claim.supplier !== undefined && { supplier: claim.supplier }),
      licenses: claim.licenses,
      hashes: claim.hashes,
      locations: claim.locations,
      evidence: { analyzer: this.#standard, grade: 'claimed' },
    };
  }

  #placeWaiting(): void {
    const taken = new Set(this.#components.map((component) => component.ref));
    const next = new Map<string, number>();
    for (const { wanted, draft, id } of this.#waiting) {
      let ref = wanted;
      for (let number = next.get(wanted) ?? 2; taken.has(ref); number++) {
        ref = `${wanted}#${number}`;
        next.set(wanted, number + 1);
      }
      taken.add(ref);
      this.#bind(id, ref, '');
      this.#components.push({ ...draft, ref });
    }
    this.#waiting.length = 0;
  }

  #bind(id: string | undefined, ref: string, pointer: string): void {
    if (id === undefined) return;
    const known = this.#refs.get(id);
    if (known === undefined) this.#refs.set(id, ref);
    else if (known !== ref) this.#reading.warn(pointer, `the reference "${clip(id)}" is used by several components`);
  }

  #vote(distro: Distro): void {
    const key = JSON.stringify(distro);
    const known = this.#distros.get(key);
    if (known === undefined) this.#distros.set(key, { distro, count: 1 });
    else known.count++;
  }

  #elected(): Distro | undefined {
    const ranked = [...this.#distros].sort(([a, left], [b, right]) => right.count - left.count || (a < b ? -1 : 1));
    if (ranked.length > 1) {
      const names = ranked.map(([, { distro }]) => `${distro.id} ${distro.versionId ?? distro.codename ?? ''}`.trim());
      this.gap({
        code: 'SBOM_DISTRO_AMBIGUOUS',
        detail: `packages of ${ranked.length} distributions: ${clip(names.slice(0, 5).join(', '))}; taken for ${clip(names[0] ?? '')}`,
      });
    }
    return ranked[0]?.[1].distro;
  }
}

function clip(text: string): string {
  return text.length <= 200 ? text : text.slice(0, 200).toWellFormed();
}
