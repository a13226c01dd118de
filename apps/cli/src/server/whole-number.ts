import { fail } from '../errors.ts';

/** The number that an option takes. @throws AppError `USAGE` */
export function wholeNumber(option: string, text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw fail('USAGE', `--${option} takes a whole number, not "${text.slice(0, 20)}"`);
}
