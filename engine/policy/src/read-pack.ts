import type { CoverageRow, Finding } from '@stella-ops/engine-advisories';
import { readYaml, sortDiagnostics } from '@stella-ops/engine-compose/yaml';
import type { Gap, Subject } from '@stella-ops/engine-inventory';
import { decode, digestOf } from '@stella-ops/engine-kernel';
import { type Diagnostic, DOCUMENT, throwDiagnostics } from './diagnostics.ts';
import { COVERAGE_FIELDS, FINDING_FIELDS, GAP_FIELDS, SUBJECT_FIELDS } from './fields.ts';
import type { PolicyPack, Rule } from './pack.ts';
import { PackCompiler } from './pack-compiler.ts';
import { packShape } from './pack-shape.ts';
import { shapeFault } from './shape-fault.ts';

export type PackResult =
  | { readonly ok: true; readonly pack: PolicyPack }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads and compiles a policy pack, `stella.ops/policy/v1` (README). Strict: an unknown member, an unused parameter, a
 * name that a rule cannot read or a condition that is not surely true or false makes the whole pack unusable.
 *
 * @param bytes YAML, UTF-8, at most 4 MiB
 * @param file name used in diagnostics
 */
export function readPack(bytes: Uint8Array, file: string): PackResult {
  const yaml = readYaml(bytes, file, DOCUMENT);
  if (!yaml.ok) return yaml;
  const { source } = yaml;
  const decoded = decode(packShape, source.value);
  if (!decoded.ok)
    return { ok: false, diagnostics: sortDiagnostics(decoded.violations.map((v) => shapeFault(source, v))) };
  const { metadata, params = {}, rules, defaults } = decoded.value;

  const compiler = new PackCompiler(source, params);
  if (compiler.hasFaults) return { ok: false, diagnostics: compiler.finish() };
  const onFinding = compiler.forRows(FINDING_FIELDS);
  const onGap = compiler.forRows(GAP_FIELDS);
  const onCoverage = compiler.forRows(COVERAGE_FIELDS);
  const onSubject = compiler.forRows(SUBJECT_FIELDS);
  const affected: Rule<Finding>[] = [];
  const notEvaluated: Rule<Finding>[] = [];
  const gaps: Rule<Gap>[] = [];
  const coverage: Rule<CoverageRow>[] = [];
  const subject: Rule<Subject>[] = [];
  const texts = rules.map((rule, index) => {
    const text = compiler.check(rule, index);
    switch (text.on) {
      case 'finding': {
        const compiled = onFinding(rule, text, index);
        if (text.states?.includes('affected') === true) affected.push(...compiled);
        if (text.states?.includes('not-evaluated') === true) notEvaluated.push(...compiled);
        break;
      }
      case 'gap':
        gaps.push(...onGap(rule, text, index));
        break;
      case 'coverage':
        coverage.push(...onCoverage(rule, text, index));
        break;
      case 'subject':
        subject.push(...onSubject(rule, text, index));
        break;
    }
    return text;
  });
  const diagnostics = compiler.finish();
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return {
    ok: true,
    pack: {
      name: metadata.name,
      version: metadata.version,
      ...(metadata.description === undefined ? {} : { description: metadata.description }),
      digest: digestOf(bytes),
      params,
      defaults,
      rules: texts,
      affected,
      notEvaluated,
      gaps,
      coverage,
      subject,
    },
  };
}

/** {@link readPack} for callers that cannot go on without the pack. @throws AppError `POLICY_INVALID` */
export function packOrThrow(bytes: Uint8Array, file: string): PolicyPack {
  const result = readPack(bytes, file);
  return result.ok ? result.pack : throwDiagnostics('POLICY_INVALID', result.diagnostics);
}
