import { expect, test } from 'vitest';
import { passwordFault } from './password-rules.ts';

test.each([
  'short',
  'elevenchars',
  'aaaaaaaaaaaaaaaaaaaa',
  'passwordpassword',
  'Password12345678',
  'qwertyuiop[12345]',
  'abcdefghijklmnop',
  '98765432109876',
  'rosalind-rosalind',
  'stella-rosalind1',
  'ababababababab',
])('%s is refused', (password) => {
  expect(passwordFault(password, 'rosalind')).toEqual(expect.any(String));
});

test.each([
  'a horse eats 7 carrots',
  'Xk2#mPq9!vLw',
  'длинный пароль',
  'correct horse battery',
  '🐴🥕🐢🦊🐙🌵🍇🎈🎲🧲🛶🧶',
])('%s is taken', (password) => {
  expect(passwordFault(password, 'rosalind')).toBeUndefined();
});

test('characters are counted, not their bytes or halves', () => {
  expect(passwordFault('🐴🥕🐢🦊🐙🌵', 'x')).toMatch(/at least 12/);
});

test('a long text is judged in no time', () => {
  const startedMs = performance.now();
  passwordFault('qwertyuiop'.repeat(20), 'ab');
  expect(performance.now() - startedMs).toBeLessThan(100);
});
