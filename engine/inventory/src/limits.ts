/** Limits on documents from outside. Real documents stay far below each of them. */
export const LIMITS = {
  documentBytes: 256 * 1024 * 1024,
  depth: 256,
  components: 200_000,
  relations: 2_000_000,
  /** Names, versions, references, paths: UTF-16 code units. */
  textLength: 16_384,
  /** Licences, which some packages declare by their whole text, and values of properties. */
  longTextLength: 1_048_576,
  locationsPerComponent: 100_000,
  listLength: 10_000,
  /** Warnings that are told one by one; the rest is counted. */
  warnings: 100,
} as const;
