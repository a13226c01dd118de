import { describe, expect, it } from 'vitest';
import { firstErrorLine } from './first-error-line.ts';

describe('the first error of an output', () => {
  it('is the first line that tells of one', () => {
    expect(firstErrorLine(['pulling web', 'Error: port 80 is taken', 'failed'])).toBe(1);
    expect(firstErrorLine(['pull access denied'])).toBe(0);
  });

  it('is not a line that says that there was none', () => {
    expect(firstErrorLine(['checked: 0 errors', 'no error', 'done'])).toBeUndefined();
    expect(firstErrorLine(['terrors of the deep'])).toBeUndefined();
    expect(firstErrorLine(['$ check || echo failed', 'checking', 'error: it does not answer'])).toBe(2);
    expect(firstErrorLine([])).toBeUndefined();
  });
});
