import { type Findings, matchInventory } from '@stella-ops/engine-advisories';
import type { Inventory } from '@stella-ops/engine-inventory';
import { applyVex, readOpenVex, type VexDocument } from '@stella-ops/engine-vex';
import { withIndex } from './advisory-index.ts';
import type { Context } from './context.ts';
import { fail } from './errors.ts';
import { readInput } from './input.ts';

/** Reads VEX documents. One that is invalid ends the command: a statement that was meant to count must not vanish. */
export async function readVexFiles(paths: readonly string[], context: Context): Promise<VexDocument[]> {
  const documents: VexDocument[] = [];
  for (const path of paths) {
    const reading = readOpenVex(await readInput(path, context), path);
    if (!reading.ok) {
      const [first] = reading.violations;
      const { line, column, pointer, message } = first ?? { pointer: '', message: 'unreadable' };
      throw fail('VEX_INVALID', `not an OpenVEX document: ${message}`, {
        place: { file: path, ...(line === undefined ? { pointer } : { line, column: column ?? 1 }) },
        details: { violations: reading.violations },
      });
    }
    for (const warning of reading.warnings) context.notice(`${path}#${warning.pointer}: ${warning.message}`);
    documents.push(reading.document);
  }
  return documents;
}

/** Findings of an inventory by an advisory index, with what VEX documents say about them. */
export function findingsOf(
  inventory: Inventory,
  indexPath: string,
  documents: readonly VexDocument[],
  context: Context,
): Findings {
  const findings = withIndex(indexPath, context, (index) => matchInventory(inventory, index));
  // What was just matched carries no older answers that would have to go.
  return documents.length === 0 ? findings : applyVex(findings, documents, inventory.subject);
}
