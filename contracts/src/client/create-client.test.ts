import { expect, test } from 'vitest';
import { SAMPLE_ROUTES } from '../testing/sample-routes.ts';
import { createClient, fillPath } from './create-client.ts';
import type { Transport, WireRequest } from './transport.ts';

const crate = { id: '01890a5d-ac96-774b-bcce-b302099a8057', name: 'box', weight: 2, labels: {} };

function answering(
  status: number,
  body: string,
  type = 'application/json',
): { transport: Transport; sent: WireRequest[] } {
  const sent: WireRequest[] = [];
  async function* content(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(body);
  }
  return {
    sent,
    transport: {
      send: (request) => {
        sent.push(request);
        return Promise.resolve({
          status,
          header: (name) => (name === 'content-type' ? type : undefined),
          content: content(),
        });
      },
    },
  };
}

test('path and query are filled in and escaped', async () => {
  const { transport, sent } = answering(200, JSON.stringify({ items: [crate], next: null }));
  const client = createClient(SAMPLE_ROUTES, transport);
  const reply = await client.listCrates({ query: { heavy: true, name: ['a', 'b'], cursor: 'a b&c' } });
  expect(sent[0]?.target).toBe('/api/v1/crates?heavy=true&name=a&name=b&cursor=a+b%26c');
  expect(reply.body.items[0]?.name).toBe('box');
});

test('a path parameter cannot lead to another route', () => {
  expect(fillPath('/a/{x}/b', { x: '../../c?d#e' })).toBe('/a/..%2F..%2Fc%3Fd%23e/b');
  for (const x of ['', '.', '..', '\ud800']) {
    expect(() => fillPath('/a/{x}/b', { x }), x).toThrow(expect.objectContaining({ code: 'CALL_INVALID' }));
  }
  expect(() => fillPath('/a/{constructor}', {})).toThrow(expect.objectContaining({ code: 'CALL_INVALID' }));
});

test('members that a newer server adds are dropped, members it lacks are a fault', async () => {
  const more = createClient(SAMPLE_ROUTES, answering(200, JSON.stringify({ ...crate, colour: 'red' })).transport);
  expect((await more.getCrate({ params: { crateId: 'x' } })).body).toEqual(crate);
  const less = createClient(SAMPLE_ROUTES, answering(200, JSON.stringify({ ...crate, name: undefined })).transport);
  await expect(less.getCrate({ params: { crateId: 'x' } })).rejects.toMatchObject({
    code: 'RESPONSE_INVALID',
    place: { pointer: '/name' },
  });
});

test.each([
  ['no JSON', 200, '<html>', 'text/html'],
  ['a status without problem', 502, 'bad gateway', 'text/html'],
  ['a problem that is none', 500, '{}', 'application/problem+json'],
  ['an undeclared success', 202, '{}', 'application/json'],
])('an answer with %s is told apart from an error of the server', async (_name, status, body, type) => {
  const client = createClient(SAMPLE_ROUTES, answering(status, body, type).transport);
  await expect(client.getCrate({ params: { crateId: 'x' } })).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
});

test('a guard can refuse a call before anything is sent', async () => {
  const { transport, sent } = answering(200, '{}');
  const beforeCall = () => {
    throw new Error('inside a transaction');
  };
  const client = createClient(SAMPLE_ROUTES, transport, { beforeCall });
  await expect(client.ping({})).rejects.toThrow('inside a transaction');
  expect(sent).toEqual([]);
});
