import { expect, test } from 'vitest';
import { projectName } from './project-name.ts';

test('projects of long names differ and stay short enough for an engine', () => {
  const long = 'a'.repeat(63);
  const names = [projectName(long, 'web-1'), projectName(long, 'web-2'), projectName('prod', 'web-1')];
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9_-]{0,62}$/);
});

test('no two pairs of environment and target share a project', () => {
  expect(projectName('prod-eu', 'web')).not.toBe(projectName('prod', 'eu-web'));
});
