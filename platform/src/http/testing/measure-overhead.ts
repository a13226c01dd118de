// Measures what a request costs: `node platform/src/http/testing/measure-overhead.ts`. Client and server share the process.
import fastify from 'fastify';
import { Agent, request } from 'node:http';
import { localTransport } from '../local-transport.ts';
import { principalWith, sampleApp } from './sample-app.ts';
import { createClient } from '@stella-ops/contracts';
import { SAMPLE_ROUTES } from '@stella-ops/contracts/testing';

const SECONDS = 3;
const CONNECTIONS = 16;
const body = JSON.stringify({ name: 'box', weight: 1, labels: { team: 'a', stage: 'b' } });
const headers = { authorization: 'Bearer good', 'content-type': 'application/json' };

const app = sampleApp();
// The sample remembers what it served; here that would only grow.
app.state.served.push = () => 0;
app.state.begun.push = () => 0;
app.state.created.push = () => 0;
const url = await app.server.listen({ host: '127.0.0.1', port: 0 });

const bare = fastify();
bare.post('/api/v1/crates', (received, reply) => reply.code(201).send(received.body));
const bareUrl = await bare.listen({ host: '127.0.0.1', port: 0 });

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const post = (origin: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = request(`${origin}/api/v1/crates`, { method: 'POST', agent, headers }, (response) => {
      if (response.statusCode !== 201) reject(new Error(`status ${response.statusCode}`));
      response.resume().on('end', resolve);
    });
    sent.on('error', reject).end(body);
  });
const client = createClient(SAMPLE_ROUTES, localTransport(app.endpoints, app.pipeline, principalWith()));
const crate = { name: 'box', weight: 1, labels: { team: 'a', stage: 'b' } };

const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['Fastify alone, loopback POST', () => post(bareUrl)],
  ['whole stack, loopback POST', () => post(url)],
  ['whole stack, inject POST', () => app.server.inject({ method: 'POST', url: '/api/v1/crates', headers, body })],
  ['in-process client, POST', () => client.createCrate({ body: crate })],
];
for (const [name, once] of cases) {
  for (let n = 0; n < 2000; n++) await once();
  const endMs = performance.now() + SECONDS * 1000;
  let count = 0;
  const worker = async () => {
    while (performance.now() < endMs) {
      await once();
      count++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  process.stdout.write(`${name}: ${Math.round(count / SECONDS)} requests/s\n`);
}
agent.destroy();
await bare.close();
await app.server.drain({ noticeMs: 0, deadlineMs: 1000 });
