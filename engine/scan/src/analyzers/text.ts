/**
 * Text from a foreign record, fit for our own documents: well-formed, no control characters, at most `max` characters.
 * `undefined` for anything that is not text, is empty, or is longer: a name cut short is another name.
 */
export function cleanText(value: unknown, max = 1024): string | undefined {
  if (typeof value !== 'string' || value.length > max) return undefined;
  const text = value.trim();
  return text === '' || hasControl(text) ? undefined : text.toWellFormed();
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
