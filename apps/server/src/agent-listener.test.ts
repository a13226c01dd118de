import { expect, test } from 'vitest';
import { agentAddress, agentNames } from './agent-listener.ts';

test('agents are told the first name that was configured, and may use the names of the loopback', () => {
  const names = agentNames('stella.example, 192.0.2.7', '127.0.0.1');
  expect(names).toEqual(['stella.example', '192.0.2.7', '127.0.0.1', 'localhost', '::1']);
  expect(agentAddress(names, 8082)).toBe('https://stella.example:8082');
  expect(agentAddress(agentNames('', '::1'), 1)).toBe('https://[::1]:1');
});

test('a server that listens everywhere is not reached at 0.0.0.0', () => {
  expect(agentNames('', '0.0.0.0')).not.toContain('0.0.0.0');
});
