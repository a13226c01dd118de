import { describe, expect, test } from 'vitest';
import { formatEndpoint, parseDockerHost } from './endpoint.ts';

describe('docker host', () => {
  test.each([
    ['unix:///run/docker.sock', { kind: 'unix', path: '/run/docker.sock' }, 'unix:///run/docker.sock'],
    ['tcp://127.0.0.1:2375', { kind: 'tcp', host: '127.0.0.1', port: 2375 }, 'tcp://127.0.0.1:2375'],
    ['tcp://engine.example', { kind: 'tcp', host: 'engine.example', port: 2375 }, 'tcp://engine.example:2375'],
    ['tcp://[::1]:99', { kind: 'tcp', host: '::1', port: 99 }, 'tcp://[::1]:99'],
  ] as const)('%s', (text, endpoint, formatted) => {
    expect(parseDockerHost(text)).toEqual(endpoint);
    expect(formatEndpoint(parseDockerHost(text))).toBe(formatted);
  });

  test.each(['', 'unix://docker.sock', 'ssh://host', 'tcp://', 'tcp://user:secret@host', 'tcp://host/path', '/run/x'])(
    'refuses %j and never repeats a password',
    (text) => {
      expect(() => parseDockerHost(text)).toThrow(expect.objectContaining({ code: 'DOCKER_HOST_INVALID' }));
      expect(() => parseDockerHost(text)).not.toThrow(/secret/);
    },
  );
});
