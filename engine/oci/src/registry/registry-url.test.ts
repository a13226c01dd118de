import { expect, test } from 'vitest';
import { registryUrl } from './registry-url.ts';

test.each([
  ['host.example', [], 'https://host.example/'],
  ['host.example:5000', [], 'https://host.example:5000/'],
  ['docker.io', [], 'https://registry-1.docker.io/'],
  ['10.0.0.1:5000', [], 'https://10.0.0.1:5000/'],
  ['localhost:5000', [], 'http://localhost:5000/'],
  ['127.0.0.1', [], 'http://127.0.0.1/'],
  ['[::1]:5000', [], 'http://[::1]:5000/'],
  ['localhost.example', [], 'https://localhost.example/'],
  ['host.example:5000', ['host.example:5000'], 'http://host.example:5000/'],
  ['host.example:5000', ['host.example'], 'http://host.example:5000/'],
  ['host.example:5000', ['host.example:5001'], 'https://host.example:5000/'],
])('%s with %j insecure is reached at %s', (registry, insecure, url) => {
  expect(registryUrl(registry, insecure).href).toBe(url);
});

test('a port that does not exist is refused', () => {
  expect(() => registryUrl('host.example:99999', [])).toThrow(
    expect.objectContaining({ code: 'OCI_REFERENCE_INVALID' }),
  );
});
