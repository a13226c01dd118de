import { page, table } from './page.ts';
import { allServices } from './services.ts';

/** docs/reference/jobs.md: what services do later, by queue. */
export async function jobReference(): Promise<string> {
  const rows = (await allServices()).flatMap(({ jobs }) => jobs.map(({ name, summary }) => [`\`${name}\``, summary]));
  return page(
    'Jobs',
    'the declarations of the services',
    'Work that is done later, at least once, by any process that runs the service. The name is also that of the queue.',
    table(['job', 'does'], rows),
  );
}
