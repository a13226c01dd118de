/**
 * The target of `rel="next"` in a `Link` header (RFC 8288), as registries write it for paging; undefined when there is
 * none. Without regular expressions over the whole header: it is foreign and may be long.
 */
export function nextLink(header: string | string[] | undefined): string | undefined {
  const text = (Array.isArray(header) ? header.join(',') : (header ?? '')).slice(0, 8192);
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at + 1)) {
    const end = text.indexOf('>', at);
    if (end === -1) return undefined;
    const following = text.indexOf('<', end);
    const parameters = text.slice(end + 1, following === -1 ? undefined : following);
    const isNext = parameters.split(/[;,]/).some((one) => /^\s*rel\s*=\s*"?next"?\s*$/i.test(one));
    if (isNext) return text.slice(at + 1, end);
    at = end;
  }
  return undefined;
}
