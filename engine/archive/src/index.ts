export { ARCHIVE_ERRORS } from './errors.ts';
export { TarReader, type TarReaderOptions } from './tar-reader.ts';
export * from './types.ts';
