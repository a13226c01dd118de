import { SIGNER_ROUTES } from '@stella-ops/contracts/signer';
import { describeNeeding } from '@stella-ops/testkit';
import { expect, test } from 'vitest';
import { axeFaults, keepPicture } from './console-browser.ts';
import { consoleShop, TENANT } from './console-shop.ts';

describeNeeding(['chromium'], 'the page of signing keys', () => {
  const shop = consoleShop('keys', { isFilled: false });
  const { go } = shop;

  test('an administrator rotates the key, and the page then has the new key and the former one', async () => {
    const signer = shop.people.admin.client(SIGNER_ROUTES);
    const { keyHint: first } = (await signer.sign({ body: { payloadType: 'text/plain', payload: 'eA==' } })).body;
    const { hint: keyHint } = (await signer.rotateKey({ body: { retire: first } })).body.active;
    const { page, context, complaints } = await go('admin', '/signing-keys');
    const former = page.getByRole('region', { name: 'Former keys' });
    await page.getByRole('region', { name: 'Active key' }).getByText(keyHint, { exact: true }).waitFor();
    await former.getByText(first, { exact: true }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await keepPicture(page, 'signing-keys');
    await page.getByRole('button', { name: 'Rotate key' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rotate the signing key' });
    await dialog.getByText(keyHint).waitFor();
    await dialog.getByRole('button', { name: 'Rotate key' }).click();
    await dialog.getByText(`Type ${TENANT} to go on.`).waitFor();
    await dialog.getByLabel('Name of the tenant').fill(TENANT);
    await dialog.getByRole('button', { name: 'Rotate key' }).click();
    await page.getByText('A new key signs from now on. Give the new trusted root to whoever verifies.').waitFor();
    await former.getByText(keyHint, { exact: true }).waitFor();
    const { keys } = (await signer.listKeys({})).body;
    const active = keys.find(({ state }) => state === 'active')?.hint ?? '';
    expect(keys.map(({ hint }) => hint)).toEqual([first, keyHint, active]);
    await page.getByRole('region', { name: 'Active key' }).getByText(active, { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('who may not rotate hears so, and sees the keys', async () => {
    const signer = shop.people.admin.client(SIGNER_ROUTES);
    await signer.sign({ body: { payloadType: 'text/plain', payload: 'eA==' } });
    const { page, context, complaints } = await go('rosa', '/signing-keys');
    await page.getByRole('region', { name: 'Active key' }).waitFor();
    await page.getByText('Your roles do not allow this (signer.rotate). Ask an administrator.').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
