import * as z from 'zod';

export const SeverityLevel = z.enum(['none', 'low', 'medium', 'high', 'critical', 'unknown']);
/** `open`: counts against the image. The others do not: answered by VEX, lifted by an exception, gone, or not decidable. */
export const FindingStatus = z.enum(['open', 'not_affected', 'excepted', 'resolved', 'not_evaluated']);
