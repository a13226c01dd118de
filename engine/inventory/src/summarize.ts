import { compareText } from '@stella-ops/engine-kernel';
import type { Inventory } from './types.ts';

export interface InventorySummary {
  readonly components: number;
  /** Most frequent first, then by type. */
  readonly byType: readonly { readonly type: string; readonly count: number }[];
  readonly layers: number;
  readonly relations: number;
  readonly gaps: number;
}

/** Counts for tables and log lines. */
export function summarize(inventory: Inventory): InventorySummary {
  const counts = new Map<string, number>();
  for (const { type } of inventory.components) counts.set(type, (counts.get(type) ?? 0) + 1);
  return {
    components: inventory.components.length,
    byType: [...counts]
      .map(([type, count]) => ({ type, count }))
      .sort((a, b) => b.count - a.count || compareText(a.type, b.type)),
    layers: inventory.layers.length,
    relations: inventory.relations.length,
    gaps: inventory.gaps.length,
  };
}
