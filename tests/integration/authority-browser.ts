export interface Page {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Where a redirect led outside the issuer: it is not followed. */
  readonly leftTo: string | undefined;
}

interface Sent {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const MAX_REDIRECTS = 10;

/** As much of a browser as logging in needs: cookies with their paths, redirects, forms. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, { readonly path: string; readonly text: string }>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  open(url: string): Promise<Page> {
    return this.#go(new URL(url, this.#origin), { method: 'GET' });
  }

  /** Sends the page's form. */
  submit(page: Page, fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
    const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(page.text) ?? [];
    const body = new URLSearchParams(fields).toString();
    return this.#go(new URL(action, page.url), {
      method: 'POST',
      headers: { origin: this.#origin, ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
  }

  async #go(start: URL, init: Sent): Promise<Page> {
    let url = start;
    let request = init;
    for (let n = 0; n < MAX_REDIRECTS; n++) {
      const response = await fetch(url, {
        ...request,
        redirect: 'manual',
        headers: { accept: 'text/html', ...request.headers, cookie: this.#cookiesFor(url) },
      });
      this.#keep(response);
      const { status, headers } = response;
      const location = headers.get('location');
      const text = await response.text();
      if (status < 300 || status >= 400 || location === null)
        return { url: url.href, status, text, headers, leftTo: undefined };
      url = new URL(location, url);
      if (url.origin !== this.#origin) return { url: url.href, status, text, headers, leftTo: url.href };
      request = { method: 'GET' };
    }
    throw new Error('redirects without end');
  }

  #cookiesFor(url: URL): string {
    return [...this.#cookies.values()]
      .filter(({ path }) => url.pathname.startsWith(path))
      .map(({ text }) => text)
      .join('; ');
  }

  #keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [text = '', ...attributes] = line.split(';').map((part) => part.trim());
      const [, path = '/'] = /^path=(.*)$/i.exec(attributes.find((part) => /^path=/i.test(part)) ?? '') ?? [];
      const key = `${text.split('=')[0]} ${path}`;
      if (attributes.some((part) => /^expires=thu, 01 jan 1970/i.test(part))) this.#cookies.delete(key);
      else this.#cookies.set(key, { path, text });
    }
  }
}

/** What the page's form would send without anybody typing. */
export function hiddenFields(page: Page): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [input] of page.text.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const [, name = ''] = / name="([^"]*)"/.exec(input) ?? [];
    const [, value = ''] = / value="([^"]*)"/.exec(input) ?? [];
    fields[name] = value;
  }
  return fields;
}
