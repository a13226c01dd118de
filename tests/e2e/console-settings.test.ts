import { createReadStream } from 'node:fs';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { verifyAudit } from '@stella-ops/engine-capsule';
import { readTrust } from '@stella-ops/engine-envelope';
import { describeNeeding } from '@stella-ops/testkit';
import { TEST_PASSWORD, withToken } from '@stella-ops/testkit/product';
import { beforeAll, expect, test } from 'vitest';
import { makeRequest } from '../integration/scripted-agent.ts';
import { shownBy, tlsClient } from '../integration/tls-client.ts';
import { axeFaults, keepPicture, open, visit } from './console-browser.ts';
import { consoleShop, TENANT } from './console-shop.ts';
import { focused, loaded, pick, until } from './console-waits.ts';

describeNeeding(['chromium'], 'pages for operations and settings', () => {
  const shop = consoleShop('settings', { isFilled: false });
  const { go } = shop;

  beforeAll(async () => {
    const admin = shop.people.admin.client(RELEASES_ROUTES);
    await admin.createEnvironment({ body: { name: 'dev', order: 1 } });
  });

  test('an agent enrols with what the dialog shows once, and a target is added beneath it', async () => {
    const { page, context, complaints } = await go('admin', '/agents');
    await page.getByRole('button', { name: 'Enrol agent' }).click();
    const dialog = page.getByRole('dialog', { name: 'Enrol agent' });
    await dialog.getByLabel('Name of the agent').fill('web-1');
    await dialog.getByRole('button', { name: 'Make enrolment token' }).click();
    const shown = await dialog.getByLabel('On the host', { exact: true }).innerText();
    const token = (await dialog.getByText(/^stella[-_]enrol/).innerText()).trim();
    const address = /--server (\S+)/.exec(shown)?.[1] ?? '';
    const fingerprint = /--authority-fingerprint (\S+)/.exec(shown)?.[1];
    // Escape does not throw a secret away that is shown once.
    await focused(dialog);
    await page.keyboard.press('Escape');
    await loaded(page);
    expect(await dialog.isVisible()).toBe(true);
    await keepPicture(page, 'agent-token');
    await dialog.getByRole('button', { name: 'I have kept the token' }).click();

    const authority = (await shownBy(address)).at(-1);
    expect(fingerprint).toBe(authority?.fingerprint);
    const { key, csr } = await makeRequest('web-1');
    const seen = { softwareVersion: '1.0.0', platform: 'linux/amd64' } as const;
    const pem = authority?.pem ?? '';
    const enrolled = await tlsClient(address, { authority: pem }).enrol({ body: { token, csr, ...seen } });
    const { certificate } = enrolled.body;
    // Once is enough to be seen; agents that fall silent are no longer told to be online.
    const agent = tlsClient(address, { authority: pem, certificate, key });
    const online = page.getByRole('grid', { name: 'Agents' }).getByRole('row', { name: /web-1.*Online/ });
    await until('the agent to be seen', async () => {
      await agent.takeTask({ body: { waitMs: 0, ...seen } });
      return (await online.count()) > 0;
    });

    await open(page, '/targets');
    await page.getByRole('button', { name: 'Add target' }).click();
    const add = page.getByRole('dialog', { name: 'Add target' });
    await add.getByRole('button', { name: 'Add target' }).click();
    await add.getByText('Choose an environment.').waitFor();
    await add.getByLabel('Name', { exact: true }).fill('web-1');
    await pick(add.getByRole('button', { name: /Environment/ }), 'dev');
    await pick(add.getByRole('button', { name: /Agent/ }), 'web-1');
    await add.getByRole('button', { name: /stella target add web-1 --env dev --agent web-1 --kind docker/ }).waitFor();
    await add.getByRole('button', { name: 'Add target' }).click();
    await add.waitFor({ state: 'hidden' });
    await page
      .getByRole('grid', { name: 'Targets' })
      .getByRole('row', { name: /web-1.*dev/ })
      .waitFor();
    const { items } = (await shop.people.admin.client(DEPLOYMENTS_ROUTES).listTargets({})).body;
    await page.goto(`${shop.server.url}/targets/${items[0]?.id}`);
    await page.getByRole('heading', { level: 1, name: 'web-1' }).waitFor();
    await loaded(page);
    expect(await axeFaults(page)).toEqual([]);
    await keepPicture(page, 'target-light');
    await page.getByRole('button', { name: 'Remove target' }).click();
    const remove = page.getByRole('dialog', { name: 'Remove web-1' });
    await remove.getByLabel('Name of the target').fill('web-1');
    await remove.getByRole('button', { name: 'Remove target' }).click();
    await page.getByText('Nothing to deploy to yet').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the secret of a token is shown once, works, and ends when it is revoked', async () => {
    const { page, context, complaints } = await go('sam', '/settings/tokens');
    await page.getByRole('button', { name: 'Create token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create API token' });
    await dialog.getByLabel('Name').fill('pipeline');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByText('Choose what it may do.').waitFor();
    await dialog.getByText('scanner.read', { exact: true }).click();
    await dialog.getByRole('button', { name: 'Create token' }).click();
    const secret = (await dialog.getByText(/^stella_/).innerText()).trim();
    const whoami = () => withToken(shop.server, secret).client(AUTHORITY_ROUTES).whoami({});
    expect((await whoami()).body).toMatchObject({ name: 'sam', scopes: ['scanner.read'] });
    await dialog.getByRole('button', { name: 'I have kept the secret' }).click();
    const tokens = page.getByRole('grid', { name: 'API tokens' });
    await tokens.getByRole('row', { name: /pipeline.*Usable/ }).waitFor();
    expect(await page.content()).not.toContain(secret);
    await tokens.getByRole('button', { name: 'Actions' }).first().click();
    await page.getByRole('menuitem', { name: 'Revoke token' }).click();
    const revoke = page.getByRole('dialog', { name: 'Revoke pipeline' });
    await revoke.getByLabel('Name of the token').fill('pipeline');
    await revoke.getByRole('button', { name: 'Revoke token' }).click();
    await tokens.getByRole('row', { name: /pipeline.*Revoked/ }).waitFor();
    await expect(whoami()).rejects.toMatchObject({ code: 'AUTH_INVALID' });
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a user is created, given another role, and signs in; a wrong present password is said at the form', async () => {
    const admin = await go('admin', '/settings/users');
    await admin.page.getByRole('button', { name: 'Create user' }).click();
    const create = admin.page.getByRole('dialog', { name: 'Create user' });
    await create.getByLabel('User name').fill('mia');
    await create.getByLabel('Password').fill(TEST_PASSWORD);
    await create.getByText('auditor', { exact: true }).click();
    await create.getByRole('button', { name: 'Create user' }).click();
    const users = admin.page.getByRole('grid', { name: 'Users' });
    const row = users.getByRole('row', { name: /mia/ });
    await row.getByText('auditor').waitFor();
    await create.waitFor({ state: 'hidden' });
    await row.getByRole('button', { name: 'Actions' }).click();
    await admin.page.getByRole('menuitem', { name: 'Change user' }).click();
    const edit = admin.page.getByRole('dialog', { name: 'Change mia' });
    await edit.getByText('developer', { exact: true }).click();
    await edit.getByRole('button', { name: 'Change user' }).click();
    await row.getByText('auditor, developer').waitFor();
    expect(admin.complaints).toEqual([]);
    await admin.context.close();

    const who = { tenant: TENANT, user: 'mia', password: TEST_PASSWORD };
    const mia = await visit(shop.browser, shop.server.url, who, '/settings/account');
    await mia.page.getByLabel('Present password').fill('something else entirely');
    await mia.page.getByLabel('New password', { exact: true }).fill('another battery staple horse');
    await mia.page.getByLabel('New password again').fill('another battery staple');
    await mia.page.getByRole('button', { name: 'Change password' }).click();
    await mia.page.getByText('The two are not the same.').waitFor();
    await mia.page.getByLabel('New password again').fill('another battery staple horse');
    await mia.page.getByRole('button', { name: 'Change password' }).click();
    await mia.page.getByRole('alert').getByText('PASSWORD_WRONG').waitFor();
    await mia.context.close();
  });

  test('the audit trail is verified in place, and its head is the server’s', async () => {
    const { page, context, complaints } = await go('admin', '/audit');
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText('The chain is whole.').waitFor();
    const head = page
      .getByRole('button', { name: 'Copy head hash' })
      .locator('..')
      .getByTitle(/^sha256:/);
    const hashes = async () =>
      (await shop.people.admin.client(AUTHORITY_ROUTES).listAudit({ query: { limit: 200 } })).body.items.map(
        ({ hash }) => hash,
      );
    // Entries come meanwhile, and the page follows.
    await expect.poll(async () => (await hashes()).includes((await head.getAttribute('title')) ?? '')).toBe(true);
    await page.getByRole('grid', { name: 'Audit trail' }).getByRole('rowheader').first().click();
    await page
      .getByRole('dialog', { name: /^Entry \d+/ })
      .getByLabel('Details')
      .waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a part of the audit trail is exported as a file that verifies by itself, and can be had again', async () => {
    const { page, context, complaints } = await go('admin', '/audit');
    await page.getByRole('button', { name: 'Export…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export audit trail' });
    await dialog.getByLabel('First entry').fill('one');
    await dialog.getByRole('button', { name: 'Sign and export' }).click();
    await dialog.getByText('Give the number of an entry, such as 1.').waitFor();
    await dialog.getByLabel('First entry').fill('1');
    await dialog.getByLabel('Last entry').fill('2');
    await dialog.getByRole('button', { name: 'Sign and export' }).click();
    await dialog.getByText(/^Entries 1 to 2 are signed/).waitFor();
    await keepPicture(page, 'audit-export');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download package' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('audit-1-2.audit.tar.zst');
    const trust = await shop.people.admin.client(ATTESTOR_ROUTES).getTrust({});
    const parts: Uint8Array[] = [];
    for await (const part of trust.body.content) parts.push(part);
    const root = readTrust(Buffer.concat(parts), 'trust');
    const checked = await verifyAudit(createReadStream(await download.path()), { trust: root });
    expect(checked).toMatchObject({ status: 'verified', range: { first: 1, last: 2 } });

    expect(complaints).toEqual([]);
    await context.close();

    const later = await go('admin', '/audit');
    await later.page.getByRole('button', { name: 'Export…' }).click();
    const button = later.page.getByRole('button', { name: 'Download entries 1 to 2' });
    await button.waitFor();
    expect(await axeFaults(later.page)).toEqual([]);
    const [again] = await Promise.all([later.page.waitForEvent('download'), button.click()]);
    expect(again.suggestedFilename()).toBe('audit-1-2.audit.tar.zst');
    expect(later.complaints).toEqual([]);
    await later.context.close();
  });

  test('a name that is none is said at its field in every form that asks for one, once it was sent', async () => {
    const { page, context } = await go('admin', '/components');
    for (const [path, title, verb] of FORMS) {
      await open(page, path);
      await page
        .getByRole('button', { name: `${title}…` })
        .first()
        .click();
      const dialog = page.getByRole('dialog', { name: title });
      const name = dialog.getByRole('textbox', { name: /^Name/ }).first();
      await name.fill('Not a name');
      const fault = dialog.getByText('Use 1 to 63 lower-case letters, digits and inner hyphens.');
      expect(await fault.count(), title).toBe(0);
      await dialog.getByRole('button', { name: verb }).click();
      await fault.waitFor();
      await name.fill('a-name ');
      await fault.waitFor({ state: 'hidden' });
    }
    await context.close();
  });
});

/** Where things are named: page, dialog, and what sends it. A target needs an agent first. */
const FORMS = [
  ['/components', 'Create component', 'Create component'],
  ['/environments', 'Create environment', 'Create environment'],
  ['/agents', 'Enrol agent', 'Make enrolment token'],
  ['/settings/clients', 'Register client', 'Register client'],
] as const;
