export {
  bundleBytes,
  bundleManifest,
  type BundleSeal,
  type BundleSource,
  packBundle,
  type PackOptions,
} from './bundle-pack.ts';
export {
  type BundleContent,
  type BundleLimits,
  type BundleReading,
  type BundleReadOptions,
  type BundleSink,
  readBundle,
  readBundleStream,
} from './bundle-read.ts';
export { compress, compressGzip, type CompressOptions, compressZstd } from './compress.ts';
export { type Compression, SNIFF_BYTES, sniffCompression } from './compression.ts';
export { decompress, type DecompressLimits } from './decompress.ts';
export { ARCHIVE_ERRORS } from './errors.ts';
export { isNormalPath } from './tar-header.ts';
export { TarReader } from './tar-reader.ts';
export { type TarMember, type TarWriteOptions, writeTar } from './tar-writer.ts';
export * from './types.ts';
