import type { KoaContextWithOIDC } from 'oidc-provider';
import { faultBox, html, pageOf } from './html.ts';

/** Entering the code that a device shows. The provider checks `xsrf` against its session. */
export function devicePage(ctx: KoaContextWithOIDC, error: Error | undefined): string {
  const described = error === undefined ? html`` : html` aria-describedby="fault" aria-invalid="true"`;
  return pageOf(
    'Connect a device',
    html`<h1>Connect a device</h1>
      <p>Enter the code that the terminal shows.</p>
      ${faultBox(error === undefined ? undefined : faultOf(error))}
      <form method="post" action="${ctx.oidc.urlFor('code_verification')}">
        <input type="hidden" name="xsrf" value="${secretOf(ctx)}" />
        <label for="code">Code</label>
        <input
          class="code"
          type="text"
          id="code"
          name="user_code"
          required
          maxlength="20"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          autofocus${described}
        />
        <button type="submit">Continue</button>
      </form>`,
  );
}

export function confirmDevicePage(
  ctx: KoaContextWithOIDC,
  client: { readonly clientName?: string | undefined },
  code: string,
): string {
  return pageOf(
    'Connect a device',
    html`<h1>Is this your terminal?</h1>
      <p>
        <strong>${client.clientName ?? 'A program'}</strong> asks to act as you. Go on only if the terminal in front of
        you shows <code>${code}</code>.
      </p>
      <form method="post" action="${ctx.oidc.urlFor('code_verification')}">
        <input type="hidden" name="xsrf" value="${secretOf(ctx)}" />
        <input type="hidden" name="user_code" value="${code}" />
        <input type="hidden" name="confirm" value="yes" />
        <button type="submit">Yes, continue</button>
        <button type="submit" class="plain" name="abort" value="yes">No, cancel</button>
      </form>`,
  );
}

export function finishedPage(): string {
  return pageOf(
    'Connected',
    html`<h1>Connected</h1>
      <p>You can close this page and go on in the terminal.</p>`,
  );
}

function secretOf(ctx: KoaContextWithOIDC): string {
  const state = ctx.oidc.session?.state as { readonly secret?: unknown } | undefined;
  return typeof state?.secret === 'string' ? state.secret : '';
}

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['NotFoundError', 'There is no such code. Check it against the terminal.'],
  ['ExpiredError', 'The code has expired. Start again in the terminal.'],
  ['AlreadyUsedError', 'The code was used already. Start again in the terminal.'],
  ['AbortedError', 'Cancelled. The terminal was told.'],
  ['NoCodeError', 'Enter the code that the terminal shows.'],
]);

const faultOf = (error: Error): string =>
  SENTENCES.get(error.name) ?? 'This did not work. Start again in the terminal.';
