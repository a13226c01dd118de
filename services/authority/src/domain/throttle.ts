/** How many failures are free, and how long one more is made to wait at most. */
export interface ThrottleRule {
  readonly freeFailures: number;
  readonly longestSeconds: number;
}

/** Somebody who guesses the password of one user from one address waits long. */
export const FROM_ONE_ADDRESS: ThrottleRule = { freeFailures: 5, longestSeconds: 900 };

/** Guesses from many addresses slow each other down, yet never lock the true owner out for long. */
export const FROM_ANYWHERE: ThrottleRule = { freeFailures: 20, longestSeconds: 30 };

/** A failure is forgotten when no other follows it for this long. */
export const FORGET_AFTER_SECONDS = 3600;

/** Clocks of two processes differ by less. */
export const CLOCK_SKEW_SECONDS = 60;

/** Seconds without another try after that many failures in a row: 1, 2, 4, … */
export function blockSeconds(failures: number, { freeFailures, longestSeconds }: ThrottleRule): number {
  if (failures <= freeFailures) return 0;
  return Math.min(longestSeconds, 2 ** Math.min(30, failures - freeFailures - 1));
}
