import * as z from 'zod';

/** The members of a `stella.inventory/v1` that the page shows. */
const InventoryView = z.object({
  components: z.array(
    z.object({
      ref: z.string(),
      kind: z.string(),
      type: z.string(),
      name: z.string(),
      version: z.string().optional(),
      purl: z.string().optional(),
      licenses: z.array(z.string()).optional(),
      source: z.object({ name: z.string(), version: z.string() }).optional(),
      locations: z.array(z.object({ path: z.string() })).default([]),
      evidence: z.object({ analyzer: z.string(), grade: z.string() }).optional(),
    }),
  ),
  gaps: z.array(z.object({ code: z.string(), detail: z.string().optional(), path: z.string().optional() })),
});
export type InventoryView = z.infer<typeof InventoryView>;
export type InventoryComponent = InventoryView['components'][number];

/** @throws Error when the bytes are no inventory that this console can read */
export function readInventory(bytes: Uint8Array): InventoryView {
  const parsed = InventoryView.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  if (!parsed.success) throw new Error('the inventory is of a format that this console does not read');
  return parsed.data;
}

/** Components whose name, purl, type or licence holds the text, in the order of the inventory. */
export function withText(components: readonly InventoryComponent[], text: string): readonly InventoryComponent[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return components;
  return components.filter((one) =>
    [one.name, one.version, one.purl, one.type, ...(one.licenses ?? [])].some((part) =>
      part?.toLowerCase().includes(wanted),
    ),
  );
}
