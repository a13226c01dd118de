import { html, pageOf } from './html.ts';

/** For clients on a machine, when somebody is logged in already: another program may have opened the browser. */
export function consentPage(form: { readonly action: string; readonly client: string; readonly user: string }): string {
  return pageOf(
    'Allow access',
    html`<h1>Allow access?</h1>
      <p>
        <strong>${form.client}</strong> on this computer asks to act as <strong>${form.user}</strong>. Allow it only if
        you have just started it.
      </p>
      <form method="post" action="${form.action}">
        <button type="submit">Allow</button>
        <button type="submit" class="plain" name="abort" value="yes">Cancel</button>
      </form>`,
  );
}
