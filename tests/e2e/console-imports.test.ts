import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fillShop } from '@stella-ops/app-server/demo';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { describeNeeding, temporaryFolder } from '@stella-ops/testkit';
import { makeTenant, startTestServer, TEST_PASSWORD, type TestServer } from '@stella-ops/testkit/product';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeFaults, CONSOLE_SETTINGS, keepPicture, open, openBrowser, visit, type Visitor } from './console-browser.ts';
import { enter, heading, reach, settled } from './console-keyboard.ts';
import { drawn, focused, pick } from './console-waits.ts';

const TENANT = 'shop';
const DEMO = join(import.meta.dirname, '..', '..', 'demo');

describeNeeding(
  ['chromium'],
  'the console takes documents in, tries policies, and shows what decisions rest on',
  () => {
    let server: TestServer;
    let browser: Browser;
    let people: Awaited<ReturnType<typeof makeTenant>>;
    let folder = '';

    beforeAll(async () => {
      folder = temporaryFolder('console-imports');
      mkdirSync(folder, { recursive: true });
      [server, browser] = await Promise.all([startTestServer({ settings: CONSOLE_SETTINGS }), openBrowser()]);
      people = await makeTenant(server, TENANT);
      await fillShop(people);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const go = (user: 'admin' | 'rosa' | 'sam', path: string): Promise<Visitor> =>
      visit(browser, server.url, { tenant: TENANT, user, password: TEST_PASSWORD }, path);
    const file = (name: string, content: string): string => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    };

    test('advisories are imported, what is broken is named with its line, and a snapshot makes them count', async () => {
      const { page, context, complaints } = await go('sam', '/advisories');
      await page.getByRole('button', { name: 'Import advisories…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Import advisories' });
      await dialog.getByText('at most 1 GiB').waitFor();
      await dialog.getByRole('button', { name: 'Import advisories' }).click();
      await dialog.getByText('Choose a file first.').waitFor();

      await choose(dialog, 'Choose OSV file', file('none.json', '{"id": "X"'));
      await dialog.getByRole('button', { name: 'Import advisories' }).click();
      const fault = dialog.getByRole('alert');
      await fault.getByText('ADVISORIES_INVALID').waitFor();
      expect(await fault.innerText()).toMatch(/line 1|Line 1/);
      await look(page, 'import-advisories-fault');

      const records = [osv('GHSA-aaaa-0001', []), '{"id": 7}', osv('GHSA-aaaa-0002', [])].join('\n');
      await choose(dialog, 'Choose another file', file('some.jsonl', `${records}\n`));
      await dialog.getByLabel('Source').fill('ghsa');
      await dialog.getByRole('button', { name: /stella advisories import some\.jsonl --source ghsa/ }).waitFor();
      await dialog.getByRole('button', { name: 'Import advisories' }).click();
      await dialog.getByText('2 records are new or changed.').waitFor();
      expect(await dialog.getByRole('region', { name: 'Left out' }).innerText()).toMatch(/:2\b|line 2/);
      await look(page, 'import-advisories-done');
      const current = async () => (await people.sam.client(CONCELIER_ROUTES).listSnapshots({})).body.items[0];
      const before = await current();
      await dialog.getByRole('button', { name: 'Make snapshot' }).click();
      const told = await dialog.getByText(/^The snapshot has \d+ records\./).innerText();
      // Another story may have imported records, too: they come into the same snapshot.
      const after = await current();
      expect(told).toContain(`The snapshot has ${after?.records} records.`);
      expect(after?.records).toBeGreaterThanOrEqual((before?.records ?? 0) + 2);

      await dialog.getByRole('button', { name: 'Import another file' }).click();
      await choose(dialog, 'Choose OSV file', join(folder, 'some.jsonl'));
      await dialog.getByRole('button', { name: 'Import advisories' }).click();
      await dialog.getByText('Nothing new: every record of the file was known.').waitFor();
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      await dialog.waitFor({ state: 'hidden' });
      expect(withoutRefusals(complaints)).toEqual([]);
      await context.close();
    });

    test('a VEX document is dropped; a fault in it stands with line and column, and it counts once', async () => {
      const { page, context, complaints } = await go('sam', '/vex');
      await page.getByRole('button', { name: 'Import document…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Import VEX document' });
      await drop(dialog, file('broken.json', '{\n  "statements": [,]\n}\n'));
      await dialog.getByRole('button', { name: 'Import document' }).click();
      await dialog
        .getByRole('alert')
        .getByText(/^Line 2, column \d+/)
        .waitFor();
      await drop(dialog, file('shop.json', vex('CVE-2020-28500')));
      await dialog.getByRole('alert').waitFor({ state: 'hidden' });
      await look(page, 'import-vex-chosen');
      await dialog.getByRole('button', { name: 'Import document' }).click();
      await dialog.getByText('New: 1 statement. Every image is judged again.').waitFor();
      await look(page, 'import-vex-done');
      await dialog.getByRole('button', { name: 'Import another file' }).click();
      await drop(dialog, file('shop.json', vex('CVE-2020-28500')));
      await dialog.getByRole('button', { name: 'Import document' }).click();
      await dialog.getByText('Unchanged: this document was known already, and counts as before.').waitFor();
      const { items } = (await people.sam.client(EXCITITOR_ROUTES).listDocuments({})).body;
      expect(items.filter(({ documentId }) => documentId === 'https://shop.example/vex/CVE-2020-28500')).toHaveLength(
        1,
      );
      expect(withoutRefusals(complaints)).toEqual([]);
      await context.close();
    });

    test('what is too large is refused before it is sent; what is on its way is counted and can be stopped', async () => {
      const { page, context } = await go('sam', '/vex');
      await page.getByRole('button', { name: 'Import document…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Import VEX document' });
      await dialog.getByText('at most 64 MiB').waitFor();
      const large = file('large.json', '{}');
      truncateSync(large, 65 * 1024 ** 2);
      await choose(dialog, 'Choose OpenVEX file', large);
      await dialog.getByText('large.json has 68.2 MB; at most 64 MiB are taken.').waitFor();

      await choose(dialog, 'Choose OpenVEX file', file('slow.json', vex('CVE-2020-1', 'x'.repeat(60_000_000))));
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      // Ten minutes, however long it is looked at.
      await session.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: 100_000,
      });
      await dialog.getByRole('button', { name: 'Import document' }).click();
      await dialog.getByText(/^[1-9][\d.]* [kM]B of 60\.0 MB sent\.$/).waitFor();
      await dialog.getByRole('progressbar', { name: 'Sent' }).waitFor();
      await look(page, 'import-vex-progress', ['light']);
      await dialog.getByRole('button', { name: 'Stop' }).click();
      await dialog.getByRole('alert').getByText('The upload was stopped.').waitFor();
      const { items } = (await people.sam.client(EXCITITOR_ROUTES).listDocuments({})).body;
      expect(items.map(({ documentId }) => documentId)).not.toContain('https://shop.example/vex/CVE-2020-1');
      await context.close();
    });

    test('by keyboard alone: an image is made known by an SBOM of it, and opened', async () => {
      const { page, context, complaints } = await go('rosa', '/images');
      await enter(page, page.getByRole('button', { name: 'Import SBOM…' }));
      const dialog = page.getByRole('dialog', { name: 'Import SBOM' });
      const chooser = page.waitForEvent('filechooser');
      await enter(page, dialog.getByRole('button', { name: 'Choose SBOM file' }));
      await (await chooser).setFiles(file('till.cdx.json', JSON.stringify(sbom('till', 'pkg:npm/lodash@4.17.20'))));
      await dialog.getByText('till.cdx.json', { exact: true }).waitFor();
      await reach(page, dialog.getByLabel('Name of the image'));
      await page.keyboard.type('registry.example/shop/till:3.0.0');
      await reach(page, dialog.getByLabel('Platform'));
      await page.keyboard.type('linux/arm64');
      await page.keyboard.press('Enter');
      await dialog.getByText('A new image, now with 1 component. It is judged by itself.').waitFor();
      await look(page, 'import-sbom-done');
      await enter(page, dialog.getByRole('link', { name: 'Open the image' }));
      await heading(page, /shop\/till:3\.0\.0/);
      expect(complaints).toEqual([]);
      await context.close();
    });

    test('who may not import reads why', async () => {
      const { page, context } = await go('rosa', '/vex');
      const button = page.getByRole('button', { name: 'Import document…' });
      await button.and(page.locator('[aria-disabled="true"]')).waitFor();
      await page.getByText('Your roles do not allow this (vex.ingest). Ask an administrator.').waitFor();
      await open(page, '/advisories');
      await page.getByText('Your roles do not allow this (advisory.ingest). Ask an administrator.').first().waitFor();
      // It can be reached, so that its reason is read aloud, and does nothing.
      await page.getByRole('button', { name: 'Import advisories…' }).click({ force: true });
      await drawn(page);
      expect(await page.getByRole('dialog').count()).toBe(0);
      await context.close();
    });

    test('a policy is tried on an image beside the decision that stands, and nothing is recorded', async () => {
      const policy = people.sam.client(POLICY_ROUTES);
      const { items } = (await policy.listPacks({ query: { name: 'baseline' } })).body;
      const known = new Set((await policy.listPacks({ query: { limit: 200 } })).body.items.map(({ digest }) => digest));
      // Images are judged meanwhile, for reasons of their own.
      const tried = async () =>
        (await policy.listDecisions({ query: { limit: 200 } })).body.items.filter(
          ({ purpose, policy: { digest } }) => purpose === 'request' || !known.has(digest),
        );
      const { page, context, complaints } = await go('sam', `/policies/${items[0]?.digest}`);
      await page.getByRole('tab', { name: 'Try on an image' }).click();
      await page.getByRole('button', { name: 'Try on this image' }).click();
      await page.getByText('Choose an image.').waitFor();
      await pick(page.getByRole('button', { name: /^(Choose an image )?Image/ }), /shop\/api:1\.1\.0/);
      await pick(page.getByRole('button', { name: /Environment/ }).last(), 'stage');
      await page.getByRole('button', { name: 'Try on this image' }).click();
      const result = page.getByRole('region', { name: 'What it would decide' });
      await result.getByText('Nothing was recorded.').waitFor();
      await result.getByText('It would refuse this image').waitFor();
      await look(page, 'try-policy-same');

      const text = await page.getByRole('textbox', { name: 'YAML' }).inputValue();
      await page.getByRole('textbox', { name: 'YAML' }).fill(text.replace('threshold: 7.0', 'threshold: 9.9'));
      await page.getByRole('button', { name: 'Try on this image' }).click();
      const reasons = result.getByRole('table', { name: 'Reasons side by side' });
      await reasons.getByRole('row', { name: /Gone.*CVE-2021-33503/ }).waitFor();
      await result.getByRole('table', { name: 'Counts side by side' }).getByRole('row', { name: /High/ }).waitFor();
      await look(page, 'try-policy-other');
      await page.getByRole('textbox', { name: 'YAML' }).fill(text.replace('action: deny', 'action: refuse'));
      await page.getByRole('button', { name: 'Try on this image' }).click();
      await page.getByRole('alert').getByText('PACK_INVALID').waitFor();
      await page
        .getByRole('alert')
        .getByText(/^Line \d+, column \d+/)
        .waitFor();
      expect(await tried()).toEqual([]);
      expect(withoutRefusals(complaints)).toEqual([]);
      await context.close();
    });

    test('a pack that is not published yet is tried from the dialog that would publish it', async () => {
      const { page, context, complaints } = await go('sam', '/policies');
      await page.getByRole('button', { name: 'Publish policy…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Publish policy' });
      await dialog.getByRole('textbox', { name: 'YAML' }).fill(PACK);
      await dialog.getByRole('button', { name: 'Try on an image first…' }).click();
      await pick(dialog.getByRole('button', { name: /Image/ }), /shop\/web:1\.1\.0/);
      await dialog.getByRole('button', { name: 'Try on this image' }).click();
      await dialog.getByText('Nothing was recorded.').waitFor();
      await dialog.getByText('by trial 1.0.0').waitFor();
      await look(page, 'publish-policy-tried');
      const { items } = (await people.sam.client(POLICY_ROUTES).listPacks({})).body;
      expect(items.map(({ name }) => name)).not.toContain('trial');
      expect(complaints).toEqual([]);
      await context.close();
    });

    test('a decision shows every line of its verdict, what it was made from, and the commands for both', async () => {
      const policy = people.sam.client(POLICY_ROUTES);
      const denied = (await policy.listDecisions({ query: { outcome: 'deny' } })).body.items[0];
      const id = denied?.id ?? '';
      const verdict = (await policy.getVerdict({ params: { decisionId: id } })).body as { trace: unknown[] };
      const input = (await policy.getInput({ params: { decisionId: id } })).body as { inventory: string };
      const { page, context, complaints } = await go('sam', `/decisions/${id}`);
      await page.getByRole('button', { name: `Copy CLI command: stella decision input ${id}` }).waitFor();
      const inventory = page.getByRole('button', { name: 'Copy digest of the inventory' });
      await inventory.locator('..').getByTitle(input.inventory, { exact: true }).waitFor();

      const show = page.getByRole('button', { name: 'Show the verdict' });
      expect(await show.getAttribute('aria-expanded')).toBe('false');
      await show.click();
      await page.getByRole('button', { name: `Copy CLI command: stella decision verdict ${id}` }).waitFor();
      const lines = page.getByRole('grid', { name: 'Lines of the verdict' });
      await lines.getByRole('rowheader').first().waitFor();
      expect(await lines.getAttribute('aria-rowcount')).toBe(String(verdict.trace.length + 1));
      await look(page, 'decision-verdict');
      await pick(page.getByRole('button', { name: /Action/ }), 'Denies');
      const others = lines.getByRole('row', { name: /Allows|Warns|Asks a person/ });
      await expect.poll(() => others.count()).toBe(0);
      const target = await lines.getByRole('rowheader').first().innerText();
      await lines.getByRole('rowheader').first().click();
      const drawer = page.getByRole('dialog', { name: /^Line \d+/ });
      await drawer.getByText(target, { exact: true }).waitFor();
      await drawer.getByLabel('Condition').waitFor();
      await look(page, 'decision-line');
      await focused(drawer);
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'hidden' });
      expect(new URL(page.url()).searchParams.get('action')).toBe('deny');
      expect(complaints).toEqual([]);
      await context.close();
    });

    test('records of several sources on one vulnerability stand side by side, each as it was received', async () => {
      const record = osv('PYSEC-2021-108-copy', ['CVE-2021-33503']);
      await people.sam.client(CONCELIER_ROUTES).importAdvisories({
        query: { source: 'another' },
        body: { contentType: 'application/json', content: chunk(record) },
      });
      const { page, context, complaints } = await go('sam', '/advisories?tab=records');
      const records = page.getByRole('grid', { name: 'Advisory records' });
      await records.getByRole('link', { name: 'PYSEC-2021-108', exact: true }).click();
      await heading(page, 'PYSEC-2021-108');
      await page.getByText('2 records speak of it, from demo and another; none is merged with another.').waitFor();
      await page.getByRole('region', { name: 'PYSEC-2021-108', exact: true }).getByText('Said by demo.').waitFor();
      const other = page.getByRole('region', { name: 'PYSEC-2021-108-copy' });
      await other.getByText('Said by another.').waitFor();
      await other.getByRole('button', { name: 'As received' }).click();
      await other.getByLabel('PYSEC-2021-108-copy as received').getByText('"id": "PYSEC-2021-108-copy"').waitFor();
      await look(page, 'advisory');
      // By its alias the same set is found.
      await open(page, '/advisories/CVE-2021-33503');
      await heading(page, 'CVE-2021-33503');
      await other.waitFor();
      await open(page, '/advisories/CVE-1999-0001');
      await page.getByText('No record of it was imported').waitFor();
      expect(withoutRefusals(complaints)).toEqual([]);
      await context.close();
    });

    test('the ledger of findings is verified in place, and its head is the server’s', async () => {
      const { page, context, complaints } = await go('rosa', '/findings');
      await page.getByRole('button', { name: 'Verify the ledger' }).click();
      await page.getByText('The chain is whole.').waitFor();
      const head = async () => (await people.rosa.client(FINDINGS_ROUTES).verifyLedger({})).body.head;
      const shown = page
        .getByRole('button', { name: 'Copy head hash' })
        .locator('..')
        .getByTitle(/^sha256:/);
      // Images are judged meanwhile, and the page follows.
      await expect.poll(async () => (await shown.getAttribute('title')) === (await head())).toBe(true);
      await page.getByRole('button', { name: 'Copy CLI command: stella findings verify' }).waitFor();
      await look(page, 'findings-ledger');
      expect(complaints).toEqual([]);
      await context.close();
    });

    test('the log shows its checkpoint, proves that an earlier one is held, and does not believe a forged one', async () => {
      const { page, context, complaints } = await go('sam', '/transparency-log');
      const note = page.getByLabel('Signed note', { exact: true });
      await page.getByText('The log’s own key signed it; checked in this browser.').waitFor();
      let [kept, origin, size] = ['', '', ''];
      // Packets are sealed meanwhile.
      await expect
        .poll(async () => {
          kept = `${(await note.innerText()).trim()}\n`;
          [origin = '', size = ''] = kept.split('\n');
          return page.getByText(`${size} entries`).count();
        })
        .toBeGreaterThan(0);
      await page.getByRole('region', { name: 'Checkpoint' }).getByText(origin, { exact: true }).waitFor();
      await look(page, 'log');

      await sealOne();
      await expect
        .poll(async () => {
          // What was asked for before does not count, and while it is under way the button does nothing.
          await page.getByRole('button', { name: 'Read it again' }).click();
          return note.innerText();
        })
        .not.toContain(`\n${size}\n`);

      const field = page.getByRole('textbox', { name: 'Earlier checkpoint' });
      const prove = page.getByRole('button', { name: 'Prove that nothing was taken out' });
      await field.fill(kept);
      await prove.click();
      await page
        .getByText(new RegExp(`^All ${size} entries of then stand unchanged among the \\d+ of now\\.$`))
        .waitFor();
      await look(page, 'log-proved');
      await field.fill(kept.replace(`\n${size}\n`, '\n1\n'));
      await prove.click();
      await page.getByText('No log that this server knows signed what you pasted.').waitFor();
      // A server that answers with another proof is found out.
      await context.route('**/api/v1/log/consistency?*', (route) =>
        route.fulfill({ json: { hashes: [Buffer.alloc(32).toString('base64')] } }),
      );
      await field.fill(kept);
      await prove.click();
      await page.getByText(/The log of now does not hold what it held then/).waitFor();
      expect(complaints).toEqual([]);
      await context.close();
      const { body } = await people.sam.client(ATTESTOR_ROUTES).getCheckpoint({});
      expect(await textOf(body.content)).toContain(origin);
    });

    /** Has a decision sealed that nobody had sealed yet. Decisions on images that are no promotion's come from jobs. */
    async function sealOne(): Promise<void> {
      const open = async () => {
        const { items } = (await people.sam.client(POLICY_ROUTES).listDecisions({ query: { limit: 200 } })).body;
        return items.find(({ purpose }) => purpose === 'continuous')?.id;
      };
      await expect.poll(open).toBeDefined();
      await people.admin.client(EVIDENCE_ROUTES).sealDecision({ body: { decisionId: (await open()) ?? '' } });
    }
  },
);

/** Chooses a file by the button, as people do. */
async function choose(dialog: Locator, button: string, path: string): Promise<void> {
  const chooser = dialog.page().waitForEvent('filechooser');
  await dialog.getByRole('button', { name: button }).click();
  await (await chooser).setFiles(path);
}

/** Drops a file on the area of a dialog, as a file manager does, and waits until it is taken. */
async function drop(dialog: Locator, path: string): Promise<void> {
  const page = dialog.page();
  const button = dialog.getByRole('button', { name: /^Choose (?:another|OpenVEX) file$/ });
  // Until it stands still.
  await button.scrollIntoViewIfNeeded();
  const box = await button.boundingBox();
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', {
      type,
      x: (box?.x ?? 0) - 40,
      y: (box?.y ?? 0) + 10,
      data: { items: [], files: [path], dragOperationsMask: 1 },
    });
  }
  await session.detach();
  await dialog.getByText(basename(path), { exact: true }).waitFor();
}

/** Clean for axe in light and dark, and a picture of each for review. */
async function look(
  page: Page,
  name: string,
  themes: readonly ('light' | 'dark')[] = ['light', 'dark'],
): Promise<void> {
  await settled(page);
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    expect(await axeFaults(page), `${name}, ${colorScheme}`).toEqual([]);
    await keepPicture(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** What the browser says of an answer that a test asked for is no complaint. */
const withoutRefusals = (complaints: readonly string[]): string[] =>
  complaints.filter((one) => !/status of 4(?:04|22)/.test(one));

async function* chunk(text: string): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts).toString();
}

const osv = (id: string, aliases: readonly string[]): string =>
  JSON.stringify({
    schema_version: '1.6.0',
    id,
    modified: '2026-01-01T00:00:00Z',
    aliases,
    summary: `What ${id} is about`,
    affected: [
      {
        package: { ecosystem: 'PyPI', name: 'urllib3' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.26.5' }] }],
      },
    ],
  });

const vex = (vulnerability: string, statement = 'The shop never calls it'): string =>
  `${JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `https://shop.example/vex/${vulnerability}`,
    author: 'Shop security team',
    timestamp: '2026-03-02T09:00:00Z',
    version: 1,
    statements: [
      {
        vulnerability: { name: vulnerability },
        products: [{ '@id': 'pkg:npm/lodash@4.17.20' }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_in_execute_path',
        impact_statement: statement,
      },
    ],
  })}\n`;

const sbom = (name: string, purl: string) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'container', name, version: '3.0.0', 'bom-ref': name } },
  components: [{ type: 'library', name: 'lodash', version: '4.17.20', purl, 'bom-ref': purl }],
});

/** A pack that is known to be whole, under another name. */
const PACK = readFileSync(join(DEMO, '..', 'policies', 'development.yaml'), 'utf8').replace(
  'name: development',
  'name: trial',
);
