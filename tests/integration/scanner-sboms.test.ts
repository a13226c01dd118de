import { describe, expect, test } from 'vitest';
import type { Findings } from '@stella-ops/engine-advisories';
import { canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import { parseInventory, readSbom, type Subject } from '@stella-ops/engine-inventory';
import { evaluate, packOrThrow, type Verdict } from '@stella-ops/engine-policy';
import { applyVex, readOpenVex } from '@stella-ops/engine-vex';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { layerOf, push } from './scanner-images.ts';
import { bytesOf, codeOf, cycloneDx, scannerKit } from './scanner-kit.ts';

const FINDINGS: Findings = {
  format: 'stella.findings/v1',
  inventory: digestOf('inventory'),
  snapshot: digestOf('snapshot'),
  findings: [
    {
      vulnerability: 'CVE-2026-0001',
      aliases: [],
      records: ['CVE-2026-0001'],
      component: 'pkg:npm/left-pad@1.0.0',
      purl: 'pkg:npm/left-pad@1.0.0',
      package: 'left-pad',
      installedVersion: '1.0.0',
      fixedVersions: [],
      severity: { level: 'high', score: 8 },
      state: 'affected',
      reachability: 'unknown',
      grade: 'claimed',
      trace: [],
    },
  ],
  coverage: [],
};

const vexAbout = (product: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://shop.example/vex/1',
      author: 'Shop',
      timestamp: '2026-01-01T00:00:00Z',
      version: 1,
      statements: [
        {
          vulnerability: { name: 'CVE-2026-0001' },
          products: [{ '@id': product }],
          status: 'not_affected',
          justification: 'component_not_present',
        },
      ],
    }),
  );

/** A pack that denies every finding, and perhaps an exception for one image. */
const judge = (subject: Subject, excepted: Digest | undefined): Verdict =>
  evaluate(
    packOrThrow(
      Buffer.from(
        JSON.stringify({
          apiVersion: 'stella.ops/policy/v1',
          kind: 'PolicyPack',
          metadata: { name: 'test', version: '1' },
          params: {},
          rules: [
            {
              id: 'any',
              on: 'finding',
              when: 'finding.severity.score > 7.0',
              action: 'deny',
              code: 'ANY',
              message: '{finding.vulnerability}',
            },
          ],
          defaults: { finding: 'allow', unknownSeverity: 'deny', notEvaluated: 'deny', gap: 'deny', coverage: 'allow' },
        }),
      ),
      'pack.yaml',
    ),
    {
      subject,
      findings: FINDINGS,
      gaps: [],
      exceptions: {
        format: 'stella.exceptions/v1',
        exceptions:
          excepted === undefined
            ? []
            : [
                {
                  id: 'EX-1',
                  vulnerability: 'CVE-2026-0001',
                  subject: excepted,
                  reason: 'a test',
                  approvedBy: 'bob',
                  createdAt: '2026-01-01T00:00:00.000Z',
                  expiresAt: '2027-01-01T00:00:00.000Z',
                },
              ],
      },
      evaluatedAt: '2026-06-01T00:00:00.000Z',
    },
  );
describeEachEngine('the scanner', (engine) => {
  const kit = scannerKit(engine);
  const { someone, eventsOf, countOf } = kit;

  describe('an SBOM', () => {
    const image = digestOf('an image that nobody scanned');

    test('makes the image known by the digest that the caller states, and is kept as it came', async () => {
      const { tenantId, client, importSbom } = someone();
      const document = cycloneDx('left-pad');
      const { status, body } = await importSbom(document, { imageDigest: image, platform: 'linux/arm64' });
      expect(status).toBe(201);
      expect(body).toMatchObject({
        digest: image,
        origin: 'sbom',
        components: 1,
        platform: 'linux/arm64',
        sizeBytes: null,
      });
      const bytes = await bytesOf((await client.getInventory({ params: { imageDigest: image } })).body);
      expect(parseInventory(bytes, 'inventory').subject).toEqual({
        kind: 'sbom',
        name: 'shop/cart:1',
        digest: image,
        describes: image,
        platform: { os: 'linux', architecture: 'arm64' },
      });
      expect(await kit.rig.host.objects.tenant(tenantId, 'sboms').get(digestOf(document))).toEqual(document);
      expect(await eventsOf(tenantId)).toMatchObject([{ data: { imageDigest: image, name: 'shop/cart:1' } }]);
      expect((await importSbom(document, { imageDigest: image, platform: 'linux/arm64' })).status).toBe(200);
      expect(await eventsOf(tenantId)).toHaveLength(1);
      expect((await importSbom(cycloneDx('right-pad'), { imageDigest: image })).status).toBe(200);
      expect(await eventsOf(tenantId)).toHaveLength(2);
    });

    test('is found by verdicts, exceptions and VEX statements about the image, and still says what it is', async () => {
      const { client, importSbom } = someone();
      await importSbom(cycloneDx('left-pad'), { imageDigest: image });
      const bytes = await bytesOf((await client.getInventory({ params: { imageDigest: image } })).body);
      const { subject } = parseInventory(bytes, 'inventory');
      expect(judge(subject, undefined)).toMatchObject({ outcome: 'deny', subject: { kind: 'sbom', digest: image } });
      expect(judge(subject, image).outcome).toBe('allow');
      expect(judge(subject, digestOf('another')).outcome).toBe('deny');
      for (const [product, answer] of [
        [`pkg:oci/cart@${image.replace(':', '%3A')}`, 'not_affected'],
        [`pkg:oci/cart@${digestOf('another').replace(':', '%3A')}`, undefined],
      ] as const) {
        const reading = readOpenVex(vexAbout(product), 'vex.json');
        const documents = reading.ok ? [reading.document] : [];
        expect(applyVex(FINDINGS, documents, subject).findings[0]?.vex?.status).toBe(answer);
      }
    });

    test('names its image itself, or is known by its own digest', async () => {
      const { client, importSbom } = someone();
      expect((await importSbom(cycloneDx('left-pad', image))).body.digest).toBe(image);
      const alone = cycloneDx('left-pad');
      const { body } = await importSbom(alone);
      expect(body.digest).toBe(digestOf(alone));
      const bytes = await bytesOf((await client.getInventory({ params: { imageDigest: body.digest } })).body);
      expect(parseInventory(bytes, 'inventory').subject).toMatchObject({ kind: 'sbom', digest: body.digest });
    });

    test('that describes another image than the caller says is refused with the place', async () => {
      const { tenantId, importSbom } = someone();
      const refused = await codeOf(importSbom(cycloneDx('left-pad', image), { imageDigest: digestOf('another') }));
      expect(refused).toMatchObject({ code: 'SBOM_INVALID', place: { pointer: '/metadata/component' } });
      expect(await countOf(tenantId, 'image')).toBe(0);
    });

    test('may name the image by any digest that it is known by', async () => {
      const { importSbom, scan } = someone();
      const { manifest, config } = push(kit.registry, 'shop/alias', layerOf('perl'), { tag: '1' });
      await scan(`${kit.registry.host}/shop/alias:1`);
      const refused = await codeOf(importSbom(cycloneDx('left-pad', config), { imageDigest: manifest }));
      expect(refused.code).toBe('IMAGE_SCANNED');
    });

    test('does not take the place of what was read from layers, under any digest; a scan takes its place', async () => {
      const { tenantId, client, importSbom, scan } = someone();
      const { manifest, config } = push(kit.registry, 'shop/truth', layerOf('openssl'), { tag: '1' });
      expect((await importSbom(cycloneDx('harmless'), { imageDigest: manifest })).body.origin).toBe('sbom');
      expect((await importSbom(cycloneDx('harmless'), { imageDigest: config })).body.digest).toBe(config);
      await scan(`${kit.registry.host}/shop/truth:1`);
      for (const digest of [manifest, config]) {
        const { body } = await client.getImage({ params: { imageDigest: digest } });
        expect(body).toMatchObject({ digest: manifest, origin: 'scan' });
        expect((await codeOf(importSbom(cycloneDx('harmless'), { imageDigest: digest }))).code).toBe('IMAGE_SCANNED');
      }
      expect(await eventsOf(tenantId)).toHaveLength(3);
    });

    test.each<[string, Buffer, object]>([
      ['broken JSON', Buffer.from('{"bomFormat": "CycloneDX",\n "x" }'), { line: 2 }],
      [
        'a wrong member',
        Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","components":{}}'),
        { pointer: '/components' },
      ],
      ['no SBOM', Buffer.from('{"a":1}'), {}],
      ['XML', Buffer.from('<bom/>'), {}],
      ['nothing', Buffer.alloc(0), {}],
      [
        'an inventory of ours, which would be believed',
        canonicalBytes({
          format: 'stella.inventory/v1',
          subject: { kind: 'image', name: 'x', digest: image },
          layers: [],
          components: [],
          relations: [],
          gaps: [],
          analyzers: {},
        }),
        { pointer: '/format' },
      ],
    ])('with %s is refused with its place', async (_, document, place) => {
      const { tenantId, importSbom } = someone();
      const refused = await codeOf(importSbom(document));
      expect(refused).toMatchObject({
        code: 'SBOM_INVALID',
        status: 422,
        ...('line' in place || 'pointer' in place ? { place } : {}),
      });
      expect(await countOf(tenantId, 'image')).toBe(0);
    });

    test('that is large comes back whole in both formats', async () => {
      const { client, importSbom } = someone();
      const parts = Array.from({ length: 2500 }, (_, n) => ({
        type: 'library',
        name: `part-${n}`,
        version: '1.0.0',
        purl: `pkg:npm/part-${n}@1.0.0`,
      }));
      const document = Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components: parts }));
      const { body: known } = await importSbom(document, { imageDigest: image });
      expect(known.components).toBe(2500);
      for (const format of ['cyclonedx', 'spdx'] as const) {
        const { body } = await client.getSbom({ params: { imageDigest: image }, query: { format } });
        const reading = readSbom(await bytesOf(body), format);
        expect(reading.ok && reading.inventory.components.length).toBe(2500);
        expect(reading.ok && reading.inventory.subject.describes).toBe(image);
      }
    });

    test('over the limit is refused while it is read', async () => {
      const { importSbom } = someone();
      expect((await codeOf(importSbom(Buffer.alloc(1_000_001, ' ')))).code).toBe('BODY_TOO_LARGE');
    });
  });
});
