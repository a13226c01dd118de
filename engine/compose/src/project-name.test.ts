import { expect, test } from 'vitest';
import { projectName } from './project-name.ts';

const ONE = '0193eeee-0000-7000-8000-000000000001';
const OTHER = '0193eeee-0000-7000-8000-000000000002';

test('projects of long names differ and stay short enough for an engine', () => {
  const long = 'a'.repeat(63);
  const names = [projectName(ONE, long, 'web-1'), projectName(ONE, long, 'web-2'), projectName(ONE, 'prod', 'web-1')];
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9_-]{0,62}$/);
});

test('no two pairs of environment and target share a project', () => {
  expect(projectName(ONE, 'prod-eu', 'web')).not.toBe(projectName(ONE, 'prod', 'eu-web'));
});

test('two tenants with the same names on one Engine keep apart', () => {
  expect(projectName(ONE, 'prod', 'web')).toMatch(/^prod_web_[0-9a-f]{8}$/);
  expect(projectName(ONE, 'prod', 'web')).not.toBe(projectName(OTHER, 'prod', 'web'));
});
