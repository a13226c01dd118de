import { faultBox, html, pageOf } from './html.ts';

export interface LoginForm {
  /** Path that the form is sent to. */
  readonly action: string;
  /** Name of who asks, as people know it. */
  readonly client: string;
  readonly tenant: string;
  readonly userName: string;
  /** Why the last try did not succeed. */
  readonly fault?: string;
}

export function loginPage({ action, client, tenant, userName, fault }: LoginForm): string {
  const described = fault === undefined ? html`` : html` aria-describedby="fault" aria-invalid="true"`;
  return pageOf(
    'Sign in',
    html`<h1>Sign in</h1>
      <p>to continue to <strong>${client}</strong></p>
      ${faultBox(fault)}
      <form method="post" action="${action}">
        <label for="tenant">Tenant</label>
        <input
          type="text"
          id="tenant"
          name="tenant"
          value="${tenant}"
          required
          maxlength="63"
          autocomplete="organization"
          autocapitalize="none"
          spellcheck="false"
        />
        <label for="username">User name</label>
        <input
          type="text"
          id="username"
          name="username"
          value="${userName}"
          required
          maxlength="64"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          autofocus${described}
        />
        <label for="password">Password</label>
        <input
          type="password"
          id="password"
          name="password"
          required
          maxlength="200"
          autocomplete="current-password"
          ${described}
        />
        <button type="submit">Sign in</button>
        <button type="submit" class="plain" name="abort" value="yes" formnovalidate>Cancel</button>
      </form>`,
  );
}
