import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isDigest } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import type { Selector } from './layout-store.ts';
import { formatReference, parseReference, type Reference } from './reference.ts';

/** Where an image (or, for `dir`, a file system) is to be found. `archive` is a tar whose form shows when it is read. */
export type Source =
  | ArchiveSource
  | { readonly kind: 'oci-dir'; readonly path: string; readonly selector: Selector }
  | { readonly kind: 'docker'; readonly name: string }
  | { readonly kind: 'registry'; readonly reference: Reference }
  | { readonly kind: 'dir'; readonly path: string };

export interface ArchiveSource {
  readonly kind: 'oci-archive' | 'docker-archive' | 'archive';
  readonly path: string;
  readonly selector: Selector;
}

/** Where {@link copyImage} writes. */
export type Destination =
  | { readonly kind: 'oci-dir'; readonly path: string; readonly tag?: string }
  | { readonly kind: 'registry'; readonly reference: Reference };

const PATH_KINDS = ['oci-dir', 'oci-archive', 'docker-archive'] as const;

/**
 * Reads a source: `oci-dir:PATH[:tag|@digest]`, `oci-archive:…`, `docker-archive:…`, `docker:NAME`,
 * `registry:REFERENCE`, `dir:PATH`. Without one of these words, an existing path is looked at (a folder with
 * `oci-layout` is a layout, another folder a file system, a file an archive) and anything else is a reference.
 * A path may hold colons: the longest part before a colon (or `@`) that exists is the path.
 *
 * @throws AppError `OCI_SOURCE_NOT_FOUND`, `OCI_SOURCE_INVALID`, `OCI_REFERENCE_INVALID`
 */
export async function parseSource(text: string): Promise<Source> {
  const { word, rest } = splitWord(text);
  switch (word) {
    case 'docker':
      if (rest === '') throw fail('OCI_SOURCE_INVALID', 'docker: names no image');
      return { kind: 'docker', name: rest };
    case 'registry':
      return { kind: 'registry', reference: parseReference(rest) };
    case 'dir':
      await assertFolder(rest);
      return { kind: 'dir', path: rest };
    case 'oci-dir':
    case 'oci-archive':
    case 'docker-archive': {
      const found = await splitPath(rest);
      if (found === undefined) throw notFound(rest, `${word}: names a path that does not exist`);
      if (found.isFolder !== (word === 'oci-dir')) {
        throw fail('OCI_SOURCE_INVALID', `${word}: names a ${found.isFolder ? 'folder' : 'file'}`, {
          place: { file: found.path },
        });
      }
      return { kind: word, path: found.path, selector: found.selector };
    }
    default:
      return detect(text);
  }
}

/** The source as text, without secrets: what an image is called in inventories and messages. */
export function formatSource(source: Source | Destination): string {
  if (source.kind === 'docker') return `docker:${source.name}`;
  if (source.kind === 'registry') return formatReference(source.reference);
  if (source.kind === 'dir') return `dir:${source.path}`;
  const { tag, digest } = 'selector' in source ? source.selector : { tag: source.tag, digest: undefined };
  const word = source.kind === 'archive' ? '' : `${source.kind}:`;
  return `${word}${source.path}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/**
 * Reads a destination: `oci-dir:PATH[:tag]` or `registry:REFERENCE`. A tag follows the last colon behind the last slash.
 *
 * @throws AppError `OCI_SOURCE_INVALID`, `OCI_REFERENCE_INVALID`
 */
export function parseDestination(text: string): Destination {
  const { word, rest } = splitWord(text);
  if (word === 'registry') return { kind: 'registry', reference: parseReference(rest) };
  if (word !== 'oci-dir' || rest === '') {
    throw fail('OCI_SOURCE_INVALID', `"${text.slice(0, 200)}" is no place to write an image to`, {
      hint: 'Name a destination as oci-dir:PATH[:tag] or registry:REFERENCE.',
    });
  }
  const colon = rest.lastIndexOf(':');
  if (colon <= rest.lastIndexOf('/')) return { kind: 'oci-dir', path: rest };
  return { kind: 'oci-dir', path: rest.slice(0, colon), tag: rest.slice(colon + 1) };
}

function splitWord(text: string): { word: string | undefined; rest: string } {
  const colon = text.indexOf(':');
  const word = text.slice(0, Math.max(colon, 0));
  const isKnown = ['docker', 'registry', 'dir', ...PATH_KINDS].includes(word);
  return isKnown ? { word, rest: text.slice(colon + 1) } : { word: undefined, rest: text };
}

async function detect(text: string): Promise<Source> {
  const found = await splitPath(text);
  if (found !== undefined) {
    const { path, selector } = found;
    if (!found.isFolder) return { kind: 'archive', path, selector };
    if (await isFile(join(path, 'oci-layout'))) return { kind: 'oci-dir', path, selector };
    if (path === text) return { kind: 'dir', path };
  }
  // A mistyped path must not become a request to a registry.
  if (/^(?:[./~]|$)/.test(text) || /\.(?:tar|tgz|tar\.(?:gz|zst))$/.test(text)) {
    throw notFound(text, 'there is no such file or folder');
  }
  try {
    return { kind: 'registry', reference: parseReference(text) };
  } catch (cause) {
    const reason = cause instanceof AppError ? cause.message : '';
    const shown = text.includes('@') ? text.slice(text.lastIndexOf('@')) : text;
    throw fail(
      'OCI_SOURCE_INVALID',
      `tried "${shown.slice(0, 200)}" as a path: it does not exist; as a reference: ${reason}`,
      {
        cause,
      },
    );
  }
}

/** The longest part that exists, and what follows it. */
async function splitPath(text: string) {
  const ends = [text.length];
  for (let i = text.length - 1; i > 0 && ends.length < 64; i--) if (text[i] === ':' || text[i] === '@') ends.push(i);
  for (const end of ends) {
    const path = text.slice(0, end);
    const found = path === '' ? undefined : await stat(path).catch(() => undefined);
    const selector = found === undefined ? undefined : readSelector(text.slice(end));
    if (found !== undefined && selector !== undefined) return { path, selector, isFolder: found.isDirectory() };
  }
  return undefined;
}

/** `:tag`, `:reference`, `@digest`, `:tag@digest`, or nothing. */
function readSelector(text: string): Selector | undefined {
  if (text === '') return {};
  const at = text.indexOf('@sha256:');
  const digest = at === -1 ? undefined : text.slice(at + 1);
  const tag = text.slice(0, at === -1 ? undefined : at);
  if (tag === ':' || (tag !== '' && !tag.startsWith(':'))) return undefined;
  if (digest !== undefined && !isDigest(digest)) return undefined;
  return { ...(tag === '' ? {} : { tag: tag.slice(1) }), ...(digest === undefined ? {} : { digest }) };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw notFound(path, 'dir: names a path that does not exist');
  if (!found.isDirectory()) throw fail('OCI_SOURCE_INVALID', 'dir: names a file', { place: { file: path } });
}

function notFound(path: string, sentence: string) {
  return fail('OCI_SOURCE_NOT_FOUND', sentence, { place: { file: path } });
}
