/** What the definition of a purl type says beyond the general grammar. Absent members mean "no rule". */
export interface TypeRule {
  readonly namespace?: 'required' | 'prohibited';
  /** Parts that are not case-sensitive and have a lower-case canonical form. */
  readonly lower?: readonly ('namespace' | 'name' | 'version')[];
  /** Keys that the type defines. */
  readonly qualifiers?: readonly string[];
  readonly requiredQualifier?: string;
  /** A fault of the normalised parts as a sentence, or undefined. */
  check?(name: string, version: string | undefined): string | undefined;
  /** Canonical name, after lower-casing. */
  normalizeName?(name: string, qualifiers: ReadonlyMap<string, string>): string;
  normalizeNamespace?(namespace: string): string;
}

const CHROME_ID = /^[a-p]{32}$/;
const CHROME_VERSION = /^\d+(?:\.\d+){0,3}$/;

const both = ['namespace', 'name'] as const;

/**
 * The types of purl-spec that have rules (`types/*-definition.json`); all others follow the general grammar.
 *
 * The specification also requires a namespace for golang, maven and the packages of operating systems. SBOMs in the
 * field leave it out (`pkg:golang/stdlib`), and to refuse those would take the component's ecosystem away and hide its
 * vulnerabilities, so it is not asked for there.
 */
const RULES = new Map<string, TypeRule>([
  ['alpm', { lower: both, qualifiers: ['arch'] }],
  ['apk', { lower: both, qualifiers: ['arch'] }],
  ['bazel', { namespace: 'prohibited' }],
  ['bitbucket', { namespace: 'required', lower: both }],
  ['bitnami', { namespace: 'prohibited', lower: ['name'], qualifiers: ['arch', 'distro'] }],
  ['brew', { lower: both }],
  ['cargo', { namespace: 'prohibited' }],
  ['chrome-extension', { namespace: 'prohibited', lower: ['name'], check: checkChromeExtension }],
  ['cocoapods', { namespace: 'prohibited' }],
  ['composer', { namespace: 'required', lower: both }],
  ['conda', { namespace: 'prohibited', qualifiers: ['build', 'channel', 'subdir', 'type'] }],
  ['conan', { qualifiers: ['channel', 'prev', 'rrev', 'user'] }],
  [
    'cpan',
    {
      normalizeNamespace: (author) => author.toUpperCase(),
      check: checkCpan,
      qualifiers: ['author', 'distpath', 'ext'],
    },
  ],
  ['cran', { namespace: 'prohibited' }],
  ['deb', { lower: both, qualifiers: ['arch'] }],
  ['gem', { namespace: 'prohibited', qualifiers: ['platform'] }],
  ['git', { namespace: 'required' }],
  ['github', { namespace: 'required', lower: both }],
  ['hackage', { namespace: 'prohibited' }],
  ['hex', { lower: both }],
  ['huggingface', { namespace: 'required', lower: ['version'] }],
  ['julia', { namespace: 'prohibited', requiredQualifier: 'uuid', qualifiers: ['uuid'] }],
  ['luarocks', { lower: both }],
  ['maven', { qualifiers: ['classifier', 'type'] }],
  ['mlflow', { namespace: 'prohibited', normalizeName: normalizeMlflow, qualifiers: ['model_uuid', 'run_id'] }],
  ['nuget', { namespace: 'prohibited' }],
  ['oci', { namespace: 'prohibited', lower: ['name', 'version'], qualifiers: ['arch', 'tag'] }],
  ['opam', { namespace: 'prohibited' }],
  ['otp', { namespace: 'prohibited', lower: ['name'], qualifiers: ['arch', 'platform'] }],
  ['pub', { namespace: 'prohibited', lower: ['name'], normalizeName: (name) => name.replace(/[^a-z0-9_]/g, '_') }],
  ['pypi', { namespace: 'prohibited', lower: ['name', 'version'], normalizeName: (name) => name.replaceAll('_', '-') }],
  ['qpkg', { namespace: 'required', lower: ['namespace'] }],
  ['rpm', { lower: ['namespace'], qualifiers: ['arch', 'epoch'] }],
  [
    'swid',
    {
      requiredQualifier: 'tag_id',
      qualifiers: ['patch', 'tag_creator_name', 'tag_creator_regid', 'tag_id', 'tag_version'],
    },
  ],
  ['swift', { namespace: 'required' }],
  ['vcpkg', { namespace: 'prohibited', qualifiers: ['port_version', 'repository_revision', 'triplet'] }],
  ['vscode-extension', { namespace: 'required', lower: ['namespace', 'name', 'version'], qualifiers: ['platform'] }],
  ['yocto', { lower: ['namespace'], qualifiers: ['layer_version'] }],
]);

const NO_RULE: TypeRule = {};

export function ruleOf(type: string): TypeRule {
  return RULES.get(type) ?? NO_RULE;
}

function checkChromeExtension(name: string, version: string | undefined): string | undefined {
  if (!CHROME_ID.test(name)) return 'a chrome-extension name is 32 letters a to p';
  if (version !== undefined && !CHROME_VERSION.test(version)) return 'a chrome-extension version is 1 to 4 numbers';
  return undefined;
}

function checkCpan(name: string): string | undefined {
  return name.includes('::') ? 'a cpan name is a distribution, not a module: "::" cannot stand in it' : undefined;
}

/** Databricks ignores case in model names; Azure ML does not. */
function normalizeMlflow(name: string, qualifiers: ReadonlyMap<string, string>): string {
  return qualifiers.get('repository_url')?.includes('databricks') === true ? name.toLowerCase() : name;
}
