/** The directory of a path in normal form; the root, the empty path, is its own parent. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
