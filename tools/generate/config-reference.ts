import { configReference } from '@stella-ops/platform/runtime';
import { page } from './page.ts';
import { allSections } from './services.ts';

/** docs/reference/config.md: every setting of the server and its services. */
export async function settingsReference(): Promise<string> {
  return page(
    'Configuration',
    'the configuration schemas of the server and its services',
    'Defaults < files < environment < flags, member by member. Files: the file or folder that `STELLA_CONFIG` names, else `/etc/stella/*.yaml` in order of names. Any variable also works with `_FILE` behind it: its value is then the content of that file, and secrets should come so. Flags: `--set section.member=value`; secrets are refused there. All faults are reported together, with their places; values are never shown.',
    configReference(await allSections()).trimEnd(),
  );
}
