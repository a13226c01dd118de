export { SCAN_ERRORS } from './errors.ts';
export { scanImage, type ScanImageOptions } from './scan-image.ts';
export { scanDirectory, type ScanDirectoryOptions } from './scan-directory.ts';
export * from './types.ts';
