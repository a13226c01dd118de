import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../testing/sample-image.ts';
import { dockerConfigCredentials } from './docker-config.ts';

const auth = (pair: string) => Buffer.from(pair).toString('base64');

async function configured(config: unknown) {
  const path = join(tempFolder(), 'config.json');
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config));
  return dockerConfigCredentials(path);
}

describe('docker configuration', () => {
  test('a file that does not exist means anonymous', async () => {
    const credentials = await dockerConfigCredentials(join(tempFolder(), 'none.json'));
    expect(credentials('host.example', 'app')).toEqual({ kind: 'anonymous' });
  });

  test.each([
    ['host.example', 'host.example'],
    ['https://host.example', 'host.example'],
    ['https://host.example/v2/', 'host.example'],
    ['host.example:5000', 'host.example:5000'],
    ['https://index.docker.io/v1/', 'docker.io'],
  ])('the entry %s is for %s', async (key, registry) => {
    const credentials = await configured({ auths: { [key]: { auth: auth('user:pass:word') } } });
    expect(credentials(registry, 'team/app')).toEqual({ kind: 'basic', username: 'user', password: 'pass:word' });
    expect(credentials('other.example', 'team/app')).toEqual({ kind: 'anonymous' });
  });

  test('the most specific entry wins, and only at whole components', async () => {
    const entry = (user: string) => ({ auth: auth(`${user}:x`) });
    const credentials = await configured({ auths: { 'h.example': entry('all'), 'h.example/team': entry('team') } });
    expect(credentials('h.example', 'team/app')).toMatchObject({ username: 'team' });
    expect(credentials('h.example', 'teams/app')).toMatchObject({ username: 'all' });
  });

  test('tokens are told apart from passwords', async () => {
    const credentials = await configured({
      auths: { 'a.example': { identitytoken: 'refresh' }, 'b.example': { registrytoken: 'bearer' } },
    });
    expect(credentials('a.example', 'app')).toEqual({ kind: 'identity', token: 'refresh' });
    expect(credentials('b.example', 'app')).toEqual({ kind: 'bearer', token: 'bearer' });
  });

  test('a helper is named, not run; an entry in the file goes before the store', async () => {
    const credentials = await configured({
      auths: { 'a.example': {}, 'b.example': { auth: auth('u:p') } },
      credHelpers: { 'a.example': 'ecr-login' },
      credsStore: 'desktop',
    });
    expect(credentials('a.example', 'app')).toEqual({ kind: 'helper', helper: 'ecr-login' });
    expect(credentials('b.example', 'app')).toMatchObject({ kind: 'basic' });
    expect(credentials('c.example', 'app')).toEqual({ kind: 'helper', helper: 'desktop' });
  });

  test('members of the prototype are no entries', async () => {
    const credentials = await configured('{"auths": {"__proto__": {"auth": "dTpw"}}}');
    expect(credentials('constructor', 'toString')).toEqual({ kind: 'anonymous' });
    expect(credentials('host.example', 'app')).toEqual({ kind: 'anonymous' });
  });

  test('a damaged entry is named by its place, and no secret by the message', async () => {
    const credentials = await configured({ auths: { 'h.example/a': { auth: 'hunter2!' } } });
    const error = expect.objectContaining({
      code: 'REGISTRY_CREDENTIALS_INVALID',
      place: expect.objectContaining({ pointer: '/auths/h.example~1a/auth' }) as unknown,
    }) as Error;
    expect(() => credentials('h.example', 'a')).toThrow(error);
    expect(() => credentials('h.example', 'a')).not.toThrow(/hunter2/);
    await expect(configured('{')).rejects.toMatchObject({ code: 'JSON_INVALID' });
  });
});
