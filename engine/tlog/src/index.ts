export { emptyRoot, HASH_SIZE, leafHash, nodeHash } from './hashes.ts';
export { merkleRoot, merkleRootOfHashes } from './merkle-root.ts';
