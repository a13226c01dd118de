export { type Diagnostic, firstFault, sortDiagnostics, YAML_HINTS, type YamlCode } from './diagnostics.ts';
export { readYaml, type YamlFormat, type YamlResult, type YamlSource } from './yaml-source.ts';
