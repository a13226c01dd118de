import type { Field, Fields, Scope, Value } from './fields.ts';
import { shown } from './fields.ts';

export type Template<R> = (scope: Scope<R>) => string;

export type TemplateResult<R> =
  | { readonly ok: true; readonly render: Template<R> }
  | { readonly ok: false; readonly start: number; readonly message: string };

/**
 * Compiles the message of a rule: text with `{finding.package}` and the like, `{{` and `}}` for braces. Lists are
 * joined with commas, a number that is not known reads `unknown`.
 */
export function compileTemplate<R>(text: string, fields: Fields<R>): TemplateResult<R> {
  const parts: (string | Field<R>)[] = [];
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    const c = text[at] ?? '';
    if (c !== '{' && c !== '}') {
      plain += c;
    } else if (text[at + 1] === c) {
      plain += c;
      at++;
    } else {
      const end = text.indexOf('}', at);
      if (c === '}' || end === -1) return { ok: false, start: at, message: `a single "${c}"` };
      const name = text.slice(at + 1, end);
      const field = fields.get(name);
      if (field === undefined) {
        return { ok: false, start: at + 1, message: `nothing is called "${name.slice(0, 60)}" here` };
      }
      parts.push(plain, field);
      plain = '';
      at = end;
    }
  }
  parts.push(plain);
  return {
    ok: true,
    render: (scope) => parts.map((part) => (typeof part === 'string' ? part : written(part.read(scope)))).join(''),
  };
}

function written(value: Value): string {
  return String(shown(value) ?? 'unknown');
}
