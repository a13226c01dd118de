import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Provider } from 'oidc-provider';
import type { AuthorityConfig } from '../config.ts';
import type { Login } from '../login.ts';
import { isSameOrigin } from './origin.ts';
import { consentPage, errorPage, loginPage } from './pages/index.ts';
import { writePage } from './pages/send-page.ts';
import { refusalOf } from './password-grant.ts';
import { readForm } from './read-form.ts';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

interface InteractionParts {
  readonly config: AuthorityConfig;
  readonly login: Login;
  /** Name of a user, for the page that asks whether a program may act as that one. */
  nameOf(accountId: string): Promise<string>;
}

const REFUSAL_STATUS = { wrong: 401, busy: 503, blocked: 429 } as const;

/** The pages between an authorization request and its answer: who are you, may this program act as you. */
export async function answerInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  parts: InteractionParts,
): Promise<void> {
  let interaction: Interaction;
  try {
    // Finds it by a cookie that is bound to this path: a link alone opens nobody's login.
    interaction = await provider.interactionDetails(request, response);
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error;
    writePage(response, 400, errorPage('The sign-in has expired, or was started in another browser.'));
    return;
  }
  const action = new URL(request.url ?? '', 'http://localhost').pathname;
  if (!action.endsWith(`/${interaction.uid}`)) {
    writePage(response, 400, errorPage('The sign-in was started elsewhere.'));
    return;
  }
  if (request.method === 'GET') await show(provider, interaction, action, request, response, parts);
  else if (request.method === 'POST') await submit(provider, interaction, action, request, response, parts);
  else response.writeHead(405, { allow: 'GET, POST' }).end();
}

async function show(
  provider: Provider,
  interaction: Interaction,
  action: string,
  request: IncomingMessage,
  response: ServerResponse,
  parts: InteractionParts,
): Promise<void> {
  const client = await clientName(provider, interaction);
  const targets = formTargets(interaction);
  if (interaction.prompt.name === 'login') {
    const form = { action, client, tenant: parts.config.tenant, userName: hintOf(interaction) };
    writePage(response, 200, loginPage(form), targets);
  } else if (interaction.deviceCode !== undefined) {
    // Who entered a device's code has just confirmed it.
    await provider.interactionFinished(request, response, { consent: {} });
  } else {
    const user = await parts.nameOf(interaction.session?.accountId ?? '');
    writePage(response, 200, consentPage({ action, client, user }), targets);
  }
}

async function submit(
  provider: Provider,
  interaction: Interaction,
  action: string,
  request: IncomingMessage,
  response: ServerResponse,
  { login, config }: InteractionParts,
): Promise<void> {
  const form = isSameOrigin(request, config.issuer) ? await readForm(request) : undefined;
  if (form === undefined) {
    writePage(response, 400, errorPage('The form was not sent from this page, or is not readable.'));
    return;
  }
  if (form.has('abort')) {
    const result = { error: 'access_denied', error_description: 'the sign-in was cancelled' };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    return;
  }
  if (interaction.prompt.name !== 'login') {
    await provider.interactionFinished(request, response, { consent: {} });
    return;
  }
  const tenant = form.get('tenant') ?? '';
  const userName = form.get('username') ?? '';
  const result = await login({
    tenant,
    userName,
    password: form.get('password') ?? '',
    address: request.socket.remoteAddress ?? '',
    client: clientIdOf(interaction),
  });
  if (result.ok) {
    // Who gives the password on a page that names the program agrees to it.
    await provider.interactionFinished(request, response, { login: { accountId: result.userId }, consent: {} });
    return;
  }
  const page = loginPage({
    action,
    client: await clientName(provider, interaction),
    tenant,
    userName,
    fault: `${sentence(refusalOf(result))}.`,
  });
  if (result.reason === 'blocked') response.setHeader('retry-after', String(result.retryAfterSeconds));
  writePage(response, REFUSAL_STATUS[result.reason], page, formTargets(interaction));
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function paramOf({ params }: Interaction, name: string): string {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  return typeof value === 'string' ? value : '';
}

const clientIdOf = (interaction: Interaction): string => paramOf(interaction, 'client_id');
const hintOf = (interaction: Interaction): string => paramOf(interaction, 'login_hint').slice(0, 64);

async function clientName(provider: Provider, interaction: Interaction): Promise<string> {
  const client = await provider.Client.find(clientIdOf(interaction));
  return client?.clientName ?? 'Stella Ops';
}

/** The form's answer redirects to the client: the page's policy must name that origin. */
function formTargets(interaction: Interaction): readonly string[] {
  const uri = paramOf(interaction, 'redirect_uri');
  return URL.canParse(uri) ? [new URL(uri).origin] : [];
}
