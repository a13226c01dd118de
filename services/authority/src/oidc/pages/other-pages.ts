import { faultBox, html, Markup, pageOf } from './html.ts';

export function errorPage(sentence: string): string {
  return pageOf(
    'Sign-in failed',
    html`<h1>This did not work</h1>
      ${faultBox(sentence)}
      <p>Go back to where you came from and start again.</p>`,
  );
}

/** @param form the provider's own hidden form, with the id `op.logoutForm` */
export function logoutPage(form: string): string {
  return pageOf(
    'Sign out',
    html`<h1>Sign out?</h1>
      <p>Your session in this browser ends.</p>
      ${new Markup(form)}
      <button type="submit" form="op.logoutForm" value="yes" name="logout" autofocus>Sign out</button>
      <button type="submit" class="plain" form="op.logoutForm">Stay signed in</button>`,
  );
}

export function signedOutPage(): string {
  return pageOf(
    'Signed out',
    html`<h1>Signed out</h1>
      <p>You can close this page.</p>`,
  );
}
