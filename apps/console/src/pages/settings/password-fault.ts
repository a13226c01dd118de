/** What can be said of a new password before the server looks at it. */
export function passwordFault(password: string): string | undefined {
  return Array.from(password).length < 12 ? 'Use at least 12 characters.' : undefined;
}
