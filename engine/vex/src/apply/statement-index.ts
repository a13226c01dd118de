import { compareText } from '@stella-ops/engine-kernel';
import type { Finding } from '@stella-ops/engine-advisories';
import { packageKey, parsePurl, type Purl, purlMatches } from '@stella-ops/engine-versions';
import type { VexComponent, VexDocument, VexStatement } from '../types.ts';
import { vulnerabilityKeys } from '../vulnerability-names.ts';

export interface PlacedStatement {
  readonly document: VexDocument;
  readonly statement: VexStatement;
  /** Position among all statements, newest first. */
  readonly rank: number;
}

interface DatedStatement extends Omit<PlacedStatement, 'rank'> {
  /** In its document. */
  readonly position: number;
}

/** A statement with the package it speaks of. */
interface PackageStatement {
  readonly placed: PlacedStatement;
  /** Undefined where the name is no purl: then the key is compared alone. */
  readonly pattern: Purl | undefined;
}

/** What is said about one vulnerability in one subject, newest first. */
interface Answers {
  readonly everywhere: Set<PlacedStatement>;
  /** By package key of a purl, or by the text of another name. */
  readonly byPackage: Map<string, PackageStatement[]>;
}

/** More than anyone reads; bounds the work of a hostile set of documents. */
const MAX_ANSWERS = 101;

/**
 * Statements that can answer the findings of one subject, found by vulnerability and package: the time for a finding
 * does not grow with the number of documents.
 */
export class StatementIndex {
  readonly #answers = new Map<string, Answers>();
  readonly #purls = new Map<string, Purl | undefined>();

  /** @param isSubject whether a product is the subject itself */
  constructor(
    documents: readonly VexDocument[],
    findings: readonly Finding[],
    isSubject: (product: VexComponent) => boolean,
  ) {
    for (const finding of findings) {
      for (const key of vulnerabilityKeys(finding)) {
        if (!this.#answers.has(key)) this.#answers.set(key, { everywhere: new Set(), byPackage: new Map() });
      }
    }
    const wanted: (DatedStatement & { answers: Answers[] })[] = [];
    for (const document of documents) {
      for (const [position, statement] of document.statements.entries()) {
        const answers = this.#answersTo(statement);
        if (answers.length > 0) wanted.push({ document, statement, position, answers });
      }
    }
    wanted.sort(newestFirst);
    for (const [rank, { document, statement, answers }] of wanted.entries()) {
      this.#add({ document, statement, rank }, answers, isSubject);
    }
  }

  /** Distinct statements that speak of the finding, newest first, at most 101. */
  find(finding: Finding): PlacedStatement[] {
    const purl = finding.purl === undefined ? undefined : this.#purlOf(finding.purl);
    // A component without purl is known by the reference its document gave it.
    const packageName = purl === undefined ? finding.component : packageKey(purl);
    const found = new Set<PlacedStatement>();
    for (const key of vulnerabilityKeys(finding)) {
      const answers = this.#answers.get(key);
      for (const placed of answers?.everywhere ?? []) found.add(placed);
      const here = new Set<PlacedStatement>();
      for (const { placed, pattern } of answers?.byPackage.get(packageName) ?? []) {
        if (here.size === MAX_ANSWERS) break;
        if (pattern === undefined ? purl === undefined : purl !== undefined && purlMatches(pattern, purl)) {
          here.add(placed);
        }
      }
      for (const placed of here) found.add(placed);
    }
    return [...found].sort((a, b) => a.rank - b.rank).slice(0, MAX_ANSWERS);
  }

  #answersTo(statement: VexStatement): Answers[] {
    return statement.vulnerabilities.map((key) => this.#answers.get(key)).filter((one) => one !== undefined);
  }

  #add(placed: PlacedStatement, answers: readonly Answers[], isSubject: (product: VexComponent) => boolean): void {
    for (const product of placed.statement.products) {
      const inSubject = isSubject(product);
      if (product.subcomponents.length === 0 && inSubject) {
        for (const { everywhere } of answers) if (everywhere.size < MAX_ANSWERS) everywhere.add(placed);
        continue;
      }
      // A product with subcomponents is not meant as a whole, and the subcomponents of another product are not ours.
      if (product.subcomponents.length > 0 && !inSubject) continue;
      const packages = inSubject ? product.subcomponents : [product];
      for (const identifier of new Set(packages.flatMap((one) => one.identifiers))) {
        const pattern = this.#purlOf(identifier);
        const key = pattern === undefined ? identifier : packageKey(pattern);
        for (const { byPackage } of answers) {
          const list = byPackage.get(key);
          if (list === undefined) byPackage.set(key, [{ placed, pattern }]);
          else list.push({ placed, pattern });
        }
      }
    }
  }

  #purlOf(text: string): Purl | undefined {
    if (this.#purls.has(text)) return this.#purls.get(text);
    const parsed = parsePurl(text);
    const purl = parsed.ok ? parsed.purl : undefined;
    this.#purls.set(text, purl);
    return purl;
  }
}

/** Time of the statement, time, `@id` and digest of the document, position in it. */
function newestFirst(a: DatedStatement, b: DatedStatement): number {
  return (
    compareText(b.statement.timestamp, a.statement.timestamp) ||
    compareText(b.document.timestamp, a.document.timestamp) ||
    compareText(b.document.id, a.document.id) ||
    compareText(b.document.digest, a.document.digest) ||
    b.position - a.position
  );
}
