import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, canonicalBytes, compareText, digestOf, fixedClock } from '@stella-ops/engine-kernel';
import { choosePlatform, formatPlatform, parseDocument, parsePlatform, registryClient } from '@stella-ops/engine-oci';
import { corpusLines, corpusTar, describeNeeding } from '@stella-ops/testkit';
import { expect, test } from 'vitest';

const INDEX = 'application/vnd.oci.image.index.v1+json';

describeNeeding(['corpus'], 'OCI image specification examples', () => {
  const files = () => [...corpusTar('oci/image-spec-examples.tar.zst')];
  const read = (bytes: Uint8Array, file: string) => parseDocument(bytes, undefined, file);

  test('every manifest and index is read, with all descriptors', () => {
    let manifests = 0;
    let indexes = 0;
    for (const [file, bytes] of files()) {
      const raw = JSON.parse(bytes.toString()) as { schemaVersion?: number; layers?: unknown[]; manifests?: unknown[] };
      if (raw.schemaVersion === undefined) continue;
      const document = read(bytes, file);
      if (document.kind === 'manifest') {
        manifests++;
        expect(document.layers, file).toHaveLength(raw.layers?.length ?? -1);
      } else {
        indexes++;
        expect(document.manifests, file).toHaveLength(raw.manifests?.length ?? -1);
        expect(document.mediaType).toBe(INDEX);
      }
    }
    expect({ manifests, indexes }).toEqual({ manifests: 4, indexes: 3 });
  });

  test('every descriptor of the specification reads inside an index', () => {
    const descriptors = files().filter(([file]) => file.startsWith('descriptor/'));
    for (const [file, bytes] of descriptors) {
      const descriptor = JSON.parse(bytes.toString()) as { digest: string; size: number };
      const index = read(canonicalBytes({ schemaVersion: 2, manifests: [descriptor] }), file);
      expect(index).toMatchObject({ manifests: [{ digest: descriptor.digest, size: descriptor.size }] });
    }
    expect(descriptors).toHaveLength(3);
  });

  test('platforms are chosen from the index of the specification', () => {
    const [file = '', bytes = Buffer.alloc(0)] = files().find(([name]) => name.includes('image-index/01')) ?? [];
    const index = read(bytes, file);
    const descriptors = index.kind === 'index' ? index.manifests : [];
    for (const wanted of ['linux/amd64', 'linux/ppc64le']) {
      const { platform } = choosePlatform(descriptors, parsePlatform(wanted), file);
      expect(platform && formatPlatform(platform)).toBe(wanted);
    }
    expect(() => choosePlatform(descriptors, parsePlatform('linux/s390x'), file)).toThrow(/linux\/ppc64le/);
  });

  test('artifacts are told from images by their type', () => {
    const artifacts = files().flatMap(([file, bytes]) => {
      const raw = JSON.parse(bytes.toString()) as { artifactType?: string; schemaVersion?: number };
      return raw.schemaVersion !== undefined && raw.artifactType !== undefined ? [read(bytes, file)] : [];
    });
    expect(artifacts.map((one) => one.artifactType)).toEqual(Array(3).fill('application/vnd.example+type'));
  });

  test('documents are known by their bytes: the empty config of the specification has its digest', () => {
    const [, bytes = Buffer.alloc(0)] = files().find(([name]) => name.includes('empty-20config')) ?? [];
    expect((JSON.parse(bytes.toString()) as { digest: string }).digest).toBe(digestOf('{}'));
  });
});

describeNeeding(['corpus'], 'OCI distribution specification', () => {
  const rows = () => corpusLines('oci/distribution-endpoints.tsv').map((line) => line.split('\t'));

  /** The error that a client makes of an answer. */
  async function errorFor(status: number, body: unknown): Promise<AppError> {
    const server = createServer((_, response) => void response.writeHead(status).end(JSON.stringify(body)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = registryClient(`127.0.0.1:${(server.address() as AddressInfo).port}`, {
      clock: fixedClock('2026-01-01T00:00:00Z'),
      sleep: () => Promise.resolve(),
    });
    const error: unknown = await client.ping().catch((cause: unknown) => cause);
    client.close();
    server.close();
    if (error instanceof AppError) return error;
    throw error;
  }

  test('every error code of the specification is handed on beside our own', async () => {
    const special = new Map([
      ['UNAUTHORIZED', 'REGISTRY_UNAUTHORIZED'],
      ['DENIED', 'REGISTRY_DENIED'],
      ['TOOMANYREQUESTS', 'REGISTRY_BUSY'],
    ]);
    const codes = rows().filter(([kind]) => kind === 'error');
    for (const [, , code = '', message] of codes) {
      const error = await errorFor(400, { errors: [{ code, message }] });
      expect(error.details).toMatchObject({ registryCode: code, registryMessage: message });
      expect(error.code).toBe(special.get(code) ?? 'REGISTRY_REFUSED');
    }
    expect(codes).toHaveLength(14);
  });

  test('every failure status of the endpoints has an error of ours that says what to do', async () => {
    const statuses = new Set(
      rows().flatMap(([kind, , , , , failure]) => (kind === 'endpoint' ? (failure ?? '').split('/') : [])),
    );
    for (const status of statuses) {
      const error = await errorFor(Number(status), '');
      expect(error.code).toBe(
        { 401: 'REGISTRY_UNAUTHORIZED', 404: 'REGISTRY_NOT_FOUND' }[status] ?? 'REGISTRY_REFUSED',
      );
      expect(error.hint).not.toBe('');
    }
    expect([...statuses].sort(compareText)).toEqual(['400', '401', '404', '405', '413', '416']);
  });
});
