import { fail } from '../errors.ts';
import { type HttpResponse, shownUrl } from './exchange.ts';
import { nextLink } from './link.ts';
import { readBody } from './read-body.ts';
import type { Call, Session } from './session.ts';

const MAX_PAGES = 1000;
const MAX_PAGE_BYTES = 10 * 1024 * 1024;

/**
 * Every page of a list, following `Link: <…>; rel="next"` on the same registry.
 *
 * @throws AppError `REGISTRY_ANSWER_INVALID` for a list that goes in circles, leads elsewhere or never ends
 */
export async function* pages(
  session: Session,
  first: Omit<Call, 'target' | 'method'> & { readonly target: string },
): AsyncGenerator<{ readonly response: HttpResponse; readonly bytes: Buffer }> {
  const seen = new Set<string>();
  let target: Call['target'] = first.target;
  for (let count = 0; count < MAX_PAGES; count++) {
    const response = await session.call({ ...first, method: 'GET', target });
    const wrong = (why: string) => fail('REGISTRY_ANSWER_INVALID', why, { place: { file: shownUrl(response.url) } });
    yield { response, bytes: await readBody(response, MAX_PAGE_BYTES) };
    const link = nextLink(response.headers['link']);
    if (link === undefined) return;
    const next = session.place(link, response);
    if (next.url.origin !== response.url.origin) throw wrong('a list goes on at another host');
    if (seen.has(next.url.href)) throw wrong('a list goes in circles');
    seen.add(next.url.href);
    target = next;
  }
  throw fail('REGISTRY_ANSWER_INVALID', `a list of more than ${MAX_PAGES} pages`, {
    place: { file: session.registry },
  });
}
