import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verifyBundle } from '@stella-ops/engine-envelope';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { attestorKit } from './attestor-kit.ts';

describeEachEngine('one history of the log', (engine) => {
  const kit = attestorKit(engine);
  const { folder, open, as, append, attest, trust, checkpoint, expectProven, byHand } = kit;
  const stored = async (expression: string): Promise<unknown> => {
    const { rows } = (await byHand(`select ${expression} as value`)) as { rows: { value: unknown }[] };
    return rows[0]?.value;
  };
  const hexOfRow = async (column: string, from: string) =>
    String(await stored(`(select encode(${column}, 'hex') from ${from})`));

  describe('two processes', () => {
    test('append to one history', async () => {
      const other = await open();
      try {
        const { size: before } = await checkpoint();
        const entries = await Promise.all(
          Array.from({ length: 120 }, (_, at) => append(`both ${before} ${at}`, at % 2 ? kit.rig : other)),
        );
        const indices = entries.map(({ logIndex }) => Number(logIndex)).sort((a, b) => a - b);
        expect(indices).toEqual(Array.from({ length: 120 }, (_, at) => Number(before) + at));
        for (const entry of entries) await expectProven(entry);
        expect(await checkpoint()).toEqual(await checkpoint(other));
        const bundle = await attest('by the other', other);
        expect(verifyBundle(bundle, { log: 'required', strict: true, trust: await trust(kit.rig) }).ok).toBe(true);
      } finally {
        await other.close();
      }
    });

    test('one whose log has another name does not start', async () => {
      await checkpoint();
      await expect(open({ origin: 'log.example.com' })).rejects.toMatchObject({
        code: 'SERVICE_START_FAILED',
        cause: { message: expect.stringContaining('an origin never changes') as string },
      });
    });

    test('one with another master key reads, and appends nothing', async () => {
      await append(`before ${systemIds.uuid()}`);
      const wrong = join(folder, 'wrong.key');
      writeFileSync(wrong, randomBytes(32).toString('base64'));
      const other = await open({ masterKeyFile: wrong });
      const absent = await open({ masterKeyFile: join(folder, 'absent.key') });
      for (const process of [other, absent]) {
        const before = await checkpoint(process);
        await expect(append('refused', process)).rejects.toMatchObject({ code: 'LOG_KEY_UNAVAILABLE' });
        expect(await checkpoint(process)).toEqual(before);
        await process.close();
      }
    });
  });

  describe('a row that was changed by hand', () => {
    const newest = '(select max(size) from attestor.checkpoint)';
    const flip = (column: string) => `set_byte(${column}, 0, get_byte(${column}, 0) # 1)`;

    /** Does it, sees that nothing is signed, undoes it, and sees that the log goes on. */
    async function expectForked(change: string, undo: string): Promise<void> {
      const before = await stored('(select max(size) from attestor.checkpoint)');
      await byHand(change);
      const count = await stored('(select count(*) from attestor.checkpoint)');
      try {
        await expect(append(`forked ${systemIds.uuid()}`)).rejects.toMatchObject({ code: 'LOG_FORKED' });
        await expect(attest('forked')).rejects.toMatchObject({ code: 'LOG_FORKED' });
        expect(await stored('(select count(*) from attestor.checkpoint)')).toBe(count);
      } finally {
        await byHand(undo);
      }
      expect(await stored('(select max(size) from attestor.checkpoint)')).toBe(before);
      await expectProven(await append(`healed ${systemIds.uuid()}`));
    }

    /** Makes the size odd, so that the last leaf is a peak of the tree. */
    const makeOdd = async () => {
      do await append(`odd ${systemIds.uuid()}`);
      while ((await checkpoint()).size % 2n === 0n);
    };

    test('the last leaf', async () => {
      await makeOdd();
      const row = 'update attestor.entry set leaf_hash = ';
      const where = 'where log_index = (select max(log_index) from attestor.entry)';
      await expectForked(`${row} ${flip('leaf_hash')} ${where}`, `${row} ${flip('leaf_hash')} ${where}`);
    });

    test('the root of the newest checkpoint', async () => {
      await append(`root ${systemIds.uuid()}`);
      const change = `update attestor.checkpoint set root = ${flip('root')} where size = ${newest}`;
      await expectForked(change, change);
    });

    test('the note of the newest checkpoint, and nothing else', async () => {
      await append(`note ${systemIds.uuid()}`);
      const note = String(await stored(`(select note from attestor.checkpoint where size = ${newest})`));
      await expectForked(
        `update attestor.checkpoint set note = replace(note, 'log.stella.local', 'log.other.local') where size = ${newest}`,
        `update attestor.checkpoint set note = '${note}' where size = ${newest}`,
      );
    });

    test('an entry more than was signed', async () => {
      await append(`more ${systemIds.uuid()}`);
      await expectForked(
        `insert into attestor.entry select max(log_index) + 1, sha256('by hand'), 'by hand' from attestor.entry`,
        `delete from attestor.entry where body = 'by hand'`,
      );
    });

    test('the whole database put back to an older state, while a process runs that saw the newer one', async () => {
      await makeOdd();
      const body = await hexOfRow('body', 'attestor.entry order by log_index desc limit 1');
      const leaf = await hexOfRow('leaf_hash', 'attestor.entry order by log_index desc limit 1');
      const root = await hexOfRow('root', `attestor.checkpoint order by size desc limit 1`);
      const note = String(await stored(`(select note from attestor.checkpoint where size = ${newest})`));
      const size = Number((await checkpoint()).size);
      // An odd size: the last entry completed no subtree. The one before it may have been signed together with it.
      const before = await hexOfRow('root', `attestor.checkpoint where size = ${size - 1}`);
      expect(before, 'the entry before was signed for itself').toMatch(/^[0-9a-f]{64}$/);
      await expectForked(
        `delete from attestor.entry_owner where log_index = ${size - 1};
         delete from attestor.entry where log_index = ${size - 1};
         delete from attestor.checkpoint where size = ${size}`,
        `insert into attestor.entry values (${size - 1}, '\\x${leaf}', '\\x${body}');
         insert into attestor.checkpoint values (${size}, '\\x${root}', '${note}', now())`,
      );
    });

    test('an entry inside the tree: reading it fails, and a process that starts then signs nothing', async () => {
      const entry = await append(`inside ${systemIds.uuid()}`);
      for (let at = 0; at < 3; at++) await append(`after ${systemIds.uuid()}`);
      const change = `update attestor.entry set body = ${flip('body')} where log_index = ${entry.logIndex}`;
      await byHand(change);
      const other = await open();
      try {
        const params = { logIndex: entry.logIndex };
        await expect(as().getEntry({ params })).rejects.toMatchObject({ code: 'LOG_FORKED' });
        await kit.rig.eventually('the reading of the whole log', () =>
          Promise.resolve(other.log.some((line) => line.includes(`the bytes of entry ${entry.logIndex} do not have`))),
        );
        const before = await checkpoint(other);
        await expect(append('refused', other)).rejects.toMatchObject({ code: 'LOG_FORKED' });
        expect(await checkpoint(other)).toEqual(before);
        expect(await other.host.renderMetrics()).toContain('attestor_log_is_forked 1');
      } finally {
        await byHand(change);
        await other.close();
      }
      await expectProven(await append(`healed ${systemIds.uuid()}`));
    });
  });
});
