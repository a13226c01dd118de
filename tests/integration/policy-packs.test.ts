import { expect, test } from 'vitest';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { code, policyKit } from './policy-kit.ts';
import { packOf } from './policy-world.ts';

describeEachEngine('packs of policy', (engine) => {
  const { as, publish, newest, eventsOf, blocked } = policyKit(engine);

  test('a published version never changes; the same bytes are the same version', async () => {
    const tenantId = systemIds.uuid();
    const first = await publish(tenantId, packOf('1'));
    expect(first).toMatchObject({
      status: 201,
      body: { version: '1', rules: 2, isActive: true, publishedBy: 'alice' },
    });
    expect(await publish(tenantId, packOf('1'))).toMatchObject({ status: 200, body: first.body });
    await expect(publish(tenantId, packOf('1', 5))).rejects.toThrow(code('PACK_VERSION_TAKEN'));
    const second = await publish(tenantId, packOf('2'));
    const { body } = await as(tenantId).listPacks({ query: { name: 'test' } });
    expect(body.items.map(({ version, isActive }) => [version, isActive])).toEqual([
      ['2', true],
      ['1', false],
    ]);
    const back = await as(tenantId).activatePack({ params: { policyDigest: first.body.digest }, body: {} });
    expect(back.body.isActive).toBe(true);
    const after = await as(tenantId).getPack({ params: { policyDigest: second.body.digest } });
    expect(after.body.isActive).toBe(false);
    const source = await as(tenantId).getPackSource({ params: { policyDigest: first.body.digest } });
    expect(await textOf(source.body.content)).toBe(packOf('1'));
    const told = (await eventsOf(tenantId)).map(({ data }) => data['version']);
    expect(told).toEqual(['1', '2', '1']);
  });

  test('a pack with faults is refused with the place of the first and all of them', async () => {
    const tenantId = systemIds.uuid();
    const bad = packOf('1').replace('finding.vex.status', 'finding.vex.stat').replace('code: SERIOUS', 'code: serious');
    await expect(publish(tenantId, bad)).rejects.toThrow(
      expect.objectContaining({
        code: 'PACK_INVALID',
        place: expect.objectContaining({ line: expect.any(Number) as unknown, column: expect.any(Number) as unknown }),
        details: expect.objectContaining({
          violations: expect.arrayContaining([
            expect.objectContaining({ pointer: expect.stringContaining('/rules/') as unknown }),
          ]) as unknown,
        }),
      }),
    );
    expect((await as(tenantId).listPacks({})).body.items).toEqual([]);
  });

  test('the active pack decides: a change of it has all images judged again, also back to an earlier version', async () => {
    const { tenantId, image } = await blocked();
    await publish(tenantId, packOf('2', 10));
    await newest(tenantId, image, ({ outcome, policy }) => outcome === 'allow' && policy.version === '2');
    const packs = (await as(tenantId).listPacks({})).body.items;
    const first = packs.find(({ version }) => version === '1');
    await as(tenantId).activatePack({ params: { policyDigest: first?.digest ?? '' }, body: {} });
    await newest(tenantId, image, ({ outcome, policy }) => outcome === 'deny' && policy.version === '1');
  });

  test('a second pack changes nothing until a decision names it', async () => {
    const { tenantId, image } = await blocked();
    await publish(tenantId, packOf('1', 10, 'a-lenient-one'));
    const strict = await as(tenantId).decide({ body: { imageDigest: image } });
    const lenient = await as(tenantId).decide({ body: { imageDigest: image, policy: 'a-lenient-one' } });
    expect([strict.body.outcome, lenient.body.outcome]).toEqual(['deny', 'allow']);
  });
});

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const bytes of content) chunks.push(bytes);
  return Buffer.concat(chunks).toString();
}
