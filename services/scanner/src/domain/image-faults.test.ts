import { AppError } from '@stella-ops/engine-kernel';
import { expect, test } from 'vitest';
import { registryFault, scanFault } from './image-faults.ts';

const errorOf = (code: string, status: number, isRetryable = false, message = 'said'): AppError =>
  new AppError(code, { status, exit: 1, retryable: isRetryable, hint: 'do' }, message);

test('a fault of ours says nothing of the server', () => {
  const secret = Object.assign(new Error('open /srv/stella/x failed'), { code: 'EACCES' });
  for (const error of [secret, errorOf('STORE_FAILED', 500, false, 'at /srv/stella/x'), 'text', undefined]) {
    const fault = scanFault(error, false);
    expect(fault).toMatchObject({ code: 'SCAN_FAULT', isPassing: false });
    expect(JSON.stringify(fault)).not.toContain('/srv');
  }
});

test('only what may pass is tried again', () => {
  const passing = (error: unknown, isStopped = false): boolean => scanFault(error, isStopped).isPassing;
  expect(passing(registryFault(errorOf('REGISTRY_UNREACHABLE', 502, true), 'r.example'))).toBe(true);
  expect(passing(errorOf('STORE_FULL', 507, true))).toBe(true);
  expect(passing(Object.assign(new Error('x'), { code: 'EMFILE' }))).toBe(true);
  expect(passing(new Error('stopped'), true)).toBe(true);
  expect(passing(errorOf('LAYER_TRUNCATED', 422))).toBe(false);
  expect(passing(registryFault(errorOf('REGISTRY_NOT_FOUND', 404), 'r.example'))).toBe(false);
  expect(passing(new TypeError('x'))).toBe(false);
});

test('text of a foreign system is shown without control characters and cut', () => {
  const { message } = scanFault(
    errorOf('LAYER_UNREADABLE', 422, false, `a\u001b[31m\u0000b\ud800${'c'.repeat(5000)}`),
    false,
  );
  expect(message.startsWith('a [31m b\ufffdc')).toBe(true);
  expect(message.length).toBeLessThanOrEqual(1000);
});
