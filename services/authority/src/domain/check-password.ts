import { fail } from '../errors.ts';
import { passwordFault } from './password-rules.ts';

/** @throws AppError `PASSWORD_WEAK` */
export function requireStrong(password: string, userName: string): void {
  const fault = passwordFault(password, userName);
  if (fault !== undefined) throw fail('PASSWORD_WEAK', fault);
}
