import * as z from 'zod';

/** Who did something, as answers name them: the name is the one of then. */
export const Person = z.object({ id: z.string(), name: z.string() });
