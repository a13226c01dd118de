import type { Digest } from '@stella-ops/engine-kernel';
import {
  readOpenVex,
  UNKNOWN_TIME,
  type VexComponent,
  type VexNotice,
  type VexStatement,
  type VexStatus,
} from '@stella-ops/engine-vex';

/** What is kept of a statement for look-up. */
export interface StatementDraft {
  readonly index: number;
  readonly vulnerability: string;
  /** All names of the vulnerability that can be asked for. */
  readonly names: readonly string[];
  readonly products: readonly string[];
  readonly productCount: number;
  readonly subcomponents: readonly string[];
  readonly status: VexStatus;
  readonly justification: string | null;
  readonly saidAt: string | null;
}

export interface DocumentDraft {
  readonly digest: Digest;
  readonly documentId: string;
  readonly author: string | null;
  readonly saidAt: string | null;
  readonly statements: readonly StatementDraft[];
}

export type DraftReading =
  | { readonly ok: true; readonly document: DocumentDraft; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly violations: readonly VexNotice[] };

const MAX_SHOWN = 100;
const MAX_SHOWN_CHARS = 1_000;
/** What a query can ask for. Longer texts could exceed the size of a key in an index. */
const MAX_NAME = 200;

/** Reads an OpenVEX document into what is kept of it beside its bytes. */
export function documentDraft(bytes: Uint8Array): DraftReading {
  const read = readOpenVex(bytes, 'document');
  if (!read.ok) return read;
  const { digest, id, author, timestamp, statements } = read.document;
  return {
    ok: true,
    document: {
      digest,
      documentId: storable(id),
      author: author === undefined ? null : storable(author),
      saidAt: timeOf(timestamp),
      statements: statements.map((statement, index) => statementDraft(statement, index)),
    },
    warnings: read.warnings.map(({ pointer, message }) => (pointer === '' ? message : `${pointer}: ${message}`)),
  };
}

function statementDraft(statement: VexStatement, index: number): StatementDraft {
  const names = statement.vulnerabilities.map(storable);
  const products = namesOf(statement.products);
  return {
    index,
    vulnerability: names[0] ?? '',
    names: [...new Set(names)].filter((name) => name.length <= MAX_NAME),
    products: products.slice(0, MAX_SHOWN),
    productCount: products.length,
    subcomponents: namesOf(statement.products.flatMap((product) => product.subcomponents)).slice(0, MAX_SHOWN),
    status: statement.status,
    justification: statement.justification ?? null,
    saidAt: timeOf(statement.timestamp),
  };
}

/** Distinct, in the document's order; a component without any name is known by its hash. */
function namesOf(components: readonly VexComponent[]): string[] {
  const names = components.map(
    ({ identifiers, sha256 }) => identifiers[0] ?? (sha256 === undefined ? undefined : `sha256:${sha256}`),
  );
  return [
    ...new Set(names.filter((name) => name !== undefined).map((name) => storable(name.slice(0, MAX_SHOWN_CHARS)))),
  ];
}

const timeOf = (timestamp: string): string | null => (timestamp === UNKNOWN_TIME ? null : timestamp);

/** The database stores neither U+0000 nor lone surrogates. The document's own bytes keep them. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');
