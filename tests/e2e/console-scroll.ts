import type { TestServer } from '@stella-ops/testkit/product';
import { sql } from 'kysely';
import type { Page } from 'playwright-core';

export const MANY = 100_000;

/** Rows as the service writes them, without the decision behind them: a list reads nothing else. */
export async function manyFindings(server: TestServer, tenantId: string): Promise<void> {
  const image = `sha256:${'7'.repeat(64)}`;
  await server.database.withTenant(tenantId, async (tx) => {
    await sql`insert into findings.image (tenant_id, image_digest, name) values (${tenantId}, ${image}, 'shop/many:1')`.execute(
      tx,
    );
  });
  for (let from = 0; from < MANY; from += 10_000) {
    await server.database.withTenant(tenantId, async (tx) => {
      await sql`insert into findings.finding
        select ${tenantId}::uuid, ('01a00000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, ${image}, n::text,
          'CVE-2020-' || n, '[]'::jsonb, 'pkg:npm/many@1.' || n, 'many', '1.' || n, '["2.0.0"]'::jsonb, true,
          'medium', 5.5, 2405, 'CVE-2020-' || lpad(n::text, 6, '0'), 'open', null, 'unknown', 'warn', now(), now(),
          ${image}, ${image}, '{}'
        from generate_series(${from}::int, ${from + 9_999}::int) n`.execute(tx);
    });
  }
}

/** Scrolls to the last row that is there, again and again, until no more come. */
export const SCROLL_TO_THE_END = async (grid: {
  scrollTop: number;
  scrollHeight: number;
  ariaRowCount: string | null;
}) => {
  while ((grid.ariaRowCount ?? '-1') === '-1') {
    grid.scrollTop = grid.scrollHeight;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

const ROUNDS = 3;

/** The best of some rounds, at rest and scrolling in turn: other work of the machine is not the grid's fault. */
export async function smoothness(page: Page): Promise<{ idle: number; scrolling: number; busyMs: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busySeconds = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
  const best = { idle: 0, scrolling: 0, busyMs: Number.POSITIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) {
    best.idle = Math.max(best.idle, await framesPerSecond(page, 0));
    const before = await busySeconds();
    const scrolling = await framesPerSecond(page, 1500);
    const perFrame = (((await busySeconds()) - before) * 1000) / ((scrolling * LENGTH_MS) / 1000);
    best.scrolling = Math.max(best.scrolling, scrolling);
    best.busyMs = Math.min(best.busyMs, perFrame);
  }
  await session.detach();
  return best;
}

const LENGTH_MS = 3000;

/** Frames that the browser shows while the grid moves by so many pixels a second; 0 leaves it where it is. */
function framesPerSecond(page: Page, pixelsPerSecond: number): Promise<number> {
  return page.getByRole('grid').evaluate(
    (grid: { scrollTop: number }, [speed, lengthMs]) =>
      new Promise<number>((resolve) => {
        const frame = Reflect.get(globalThis, 'requestAnimationFrame') as (call: (at: number) => void) => void;
        const top = 800_000;
        let frames = -1;
        let beganMs = 0;
        const step = (atMs: number): void => {
          if (frames < 0) beganMs = atMs;
          frames += 1;
          const passedMs = atMs - beganMs;
          if (passedMs >= lengthMs) return resolve((frames * 1000) / passedMs);
          if (speed > 0) grid.scrollTop = top + (passedMs / 1000) * speed;
          frame(step);
        };
        frame(step);
      }),
    [pixelsPerSecond, LENGTH_MS] as const,
  );
}
