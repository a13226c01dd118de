import { describe, expect, test } from 'vitest';
import { type AddressClass, classifyAddress, isLoopbackHost, mayLeadTo } from './address.ts';

describe('address', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['2001:4860::1', 'public'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd00::1', 'private'],
    ['64:ff9b::a01:203', 'private'],
    ['64:ff9b:1::a9fe:a9fe', 'private'],
    ['2002:a01:203::1', 'private'],
    ['fec0::1', 'private'],
    ['192.0.0.170', 'private'],
    ['127.9.9.9', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['::1', 'loopback'],
    ['::', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:10.0.0.1', 'private'],
    ['169.254.169.254', 'link-local'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
  ])('%s is %s', (address, expected) => {
    expect(classifyAddress(address)).toBe(expected);
  });

  test('nobody leads into a narrower network than its own, and nobody to link-local addresses', () => {
    const all: AddressClass[] = ['public', 'private', 'loopback', 'link-local'];
    const allowed = all.map((from) => all.filter((to) => mayLeadTo(from, to)));
    expect(allowed).toEqual([
      ['public'],
      ['public', 'private'],
      ['public', 'private', 'loopback'],
      ['public', 'private', 'loopback'],
    ]);
  });

  test.each([
    ['localhost', true],
    ['a.localhost', true],
    ['127.0.0.1', true],
    ['[::1]', true],
    ['localhost.example', false],
    ['127.0.0.1.example', false],
    ['10.0.0.1', false],
  ])('%s is this machine: %s', (host, expected) => {
    expect(isLoopbackHost(host)).toBe(expected);
  });
});
