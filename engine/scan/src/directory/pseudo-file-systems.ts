import { statfsSync } from 'node:fs';

/** File systems that the kernel makes up, by the magic number of statfs(2). Their files are no packages, and some never end. */
const PSEUDO_TYPES: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x1cd1, // devpts
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x73636673, // securityfs
  0xf97cff8c, // selinuxfs
  0x6165676c, // pstore
  0xde5e81e4, // efivarfs
  0xcafe4a11, // bpf
  0x19800202, // mqueue
  0x958458f6, // hugetlbfs
  0x62656570, // configfs
  0x65735543, // fusectl
  0x42494e4d, // binfmt_misc
  0x187, // autofs
]);

export function isPseudoFileSystem(directory: string): boolean {
  return PSEUDO_TYPES.has(statfsSync(directory).type);
}
