export { applyVex } from './apply/apply-vex.ts';
export { VEX_ERRORS } from './errors.ts';
export { readOpenVex } from './openvex/read-openvex.ts';
export { buildVexSet, readVexSet, vexSetBytes } from './set/vex-set.ts';
export * from './types.ts';
