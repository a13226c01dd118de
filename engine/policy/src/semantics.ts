/** Integer version of how evidence of different kinds is weighed. It changes only when output may change (ARCHITECTURE, section 1). */
export const LATTICE_SEMANTICS = 1;
