import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type TarMember, writeTar } from '@stella-ops/engine-archive';
import { canonicalBytes, type Digest, digestOf, type Json } from '@stella-ops/engine-kernel';
import { onTestFinished } from 'vitest';
import { createLayout, type LayoutWriter } from '../layout-writer.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from '../media-types.ts';
import { parsePlatform } from '../platform.ts';
import type { Descriptor, Platform } from '../types.ts';

/** A whole image in memory, made here: one text file in each layer. */
export interface SampleImage {
  readonly platform: Platform;
  readonly config: Buffer;
  readonly manifest: Buffer;
  readonly descriptor: Descriptor;
  /** Stored layers (gzip) and their plain tars. */
  readonly layers: readonly Buffer[];
  readonly plainLayers: readonly Buffer[];
  readonly diffIds: readonly Digest[];
}

export function describeBytes(bytes: Uint8Array, mediaType: string): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

export async function sampleImage(
  platform = 'linux/amd64',
  texts: readonly string[] = ['one', 'two'],
): Promise<SampleImage> {
  const plainLayers = await Promise.all(
    texts.map((text, i) => tarOf([{ path: `file-${i}`, content: Buffer.from(text) }])),
  );
  const layers = plainLayers.map((layer) => gzipSync(layer));
  const diffIds = plainLayers.map((layer) => digestOf(layer));
  const read = parsePlatform(platform);
  const config = canonicalBytes({ ...read, rootfs: { type: 'layers', diff_ids: diffIds } });
  const manifest = canonicalBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: describeBytes(config, OCI_CONFIG),
    layers: layers.map((layer) => describeBytes(layer, `${OCI_LAYER}+gzip`)),
  });
  const descriptor = { ...describeBytes(manifest, OCI_MANIFEST), platform: read };
  return { platform: read, config, manifest, descriptor, layers, plainLayers, diffIds };
}

export function indexOf(images: readonly SampleImage[], more: readonly Descriptor[] = []): Buffer {
  const manifests = [...images.map((image) => image.descriptor), ...more];
  return canonicalBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
}

export async function putBlobs(layout: LayoutWriter, image: SampleImage): Promise<void> {
  for (const bytes of [image.config, ...image.layers]) await layout.putBytes(bytes);
}

/** A layout with one image under a tag. */
export async function sampleLayout(image: SampleImage, tag = 'v1'): Promise<string> {
  const folder = join(tempFolder(), 'layout');
  const layout = await createLayout(folder);
  await putBlobs(layout, image);
  await layout.putManifest(image.manifest, OCI_MANIFEST, { tag });
  return folder;
}

/** A layout with one index over several images under a tag. */
export async function sampleIndexLayout(images: readonly SampleImage[], tag = 'v1'): Promise<string> {
  const folder = join(tempFolder(), 'layout');
  const layout = await createLayout(folder);
  for (const image of images) {
    await putBlobs(layout, image);
    await layout.putBytes(image.manifest);
  }
  await layout.putManifest(indexOf(images), OCI_INDEX, { tag, name: `registry.example/team/app:${tag}` });
  return folder;
}

/** An artifact whose subject is `subject`. */
export function referrerOf(subject: Descriptor, artifactType: string, payload: Buffer): Buffer {
  return canonicalBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: describeBytes(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json'),
    layers: [describeBytes(payload, 'application/json')],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    annotations: { 'example.kind': artifactType },
  });
}

/** A docker-archive as old engines write it; `extra` members come last and may replace. */
export async function sampleDockerArchive(image: SampleImage, extra: readonly TarMember[] = []): Promise<string> {
  const configName = `${digestOf(image.config).slice('sha256:'.length)}.json`;
  const layers = image.plainLayers.map((_, i) => `layer-${i}/layer.tar`);
  const members: TarMember[] = [
    ...image.plainLayers.map((content, i) => ({ path: `layer-${i}/layer.tar`, content })),
    { path: configName, content: image.config },
    dockerManifest([{ Config: configName, RepoTags: ['team/app:v1'], Layers: layers }]),
  ];
  const replaced = new Set(extra.map((member) => member.path));
  return tempTar([...members.filter((member) => !replaced.has(member.path)), ...extra]);
}

export function dockerManifest(entries: readonly { readonly [key: string]: Json }[]): TarMember {
  return { path: 'manifest.json', content: Buffer.from(JSON.stringify(entries)) };
}

export async function tempTar(members: readonly TarMember[], pack = (tar: Buffer): Buffer => tar): Promise<string> {
  const path = join(tempFolder(), 'image.tar');
  writeFileSync(path, pack(await tarOf(members)));
  return path;
}

export function tarOf(members: readonly TarMember[]): Promise<Buffer> {
  return buffer(writeTar(members));
}

/** A new folder that goes away with the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stella-oci-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
