const DURATION = /^(?:(\d{1,6})h)?(?:(\d{1,8})m(?!s))?(?:(\d{1,8}(?:\.\d{1,3})?)s)?(?:(\d{1,9})ms)?$/;
const SIZE = /^(\d{1,12}(?:\.\d{1,6})?)\s?(b|k|kb|m|mb|g|gb)$/i;
const UNITS: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `1m30s`, `500ms` → milliseconds (Compose specification, "Specifying durations"); undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text);
  if (parts === null || text === '') return undefined;
  const [, hours = '0', minutes = '0', seconds = '0', millis = '0'] = parts;
  return Math.round(Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(millis));
}

/** `512m`, `1.5gb` → bytes, powers of 1024 (Compose specification, "Specifying byte values"). */
export function parseBytes(text: string): number | undefined {
  const parts = SIZE.exec(text);
  if (parts === null) return undefined;
  const unit = UNITS[(parts[2] ?? '').toLowerCase().slice(0, 1)];
  return unit === undefined ? undefined : Math.floor(Number(parts[1]) * unit);
}

/**
 * A command line as words: white space parts, quotes join, a backslash takes the next character as it is (in double
 * quotes only before `"`, `\`, `$` and back-quote). Nothing is expanded.
 *
 * @returns undefined when a quote is not closed or a backslash ends the line
 */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const c = line.charAt(i);
    if (quote === '' && /\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= '';
    if (c === quote) quote = '';
    else if (quote === '' && (c === '"' || c === "'")) quote = c;
    else if (c === '\\' && quote !== "'") {
      const next = line.charAt(++i);
      if (next === '') return undefined;
      word += quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next;
    } else word += c;
  }
  if (quote !== '') return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
