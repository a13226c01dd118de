import type { ConfigSections } from './define-config.ts';
import { settingsOf } from './settings.ts';

/** The configuration reference in Markdown: every setting with its variable, type and default. */
export function configReference(sections: ConfigSections): string {
  const settings = settingsOf(sections);
  const parts = Object.entries(sections).map(([name, { summary }]) => {
    const rows = settings
      .filter(({ path }) => path[0] === name)
      .map((setting) => {
        const variable = setting.isSecret ? `\`${setting.variable}_FILE\`` : `\`${setting.variable}\``;
        const value = setting.isSecret ? 'secret' : setting.type;
        const byDefault = setting.defaultText === undefined ? '' : `\`${setting.defaultText}\``;
        return `| \`${setting.path.join('.')}\` | ${variable} | ${value} | ${byDefault} | ${setting.description} |`;
      });
    return [
      `## ${name}`,
      '',
      summary,
      '',
      '| setting | variable | type | default | meaning |',
      '|---|---|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  return parts.join('\n');
}
