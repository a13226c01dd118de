import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import formats from 'ajv-formats';
import { corpusTar } from './corpus.ts';

/** What the official JSON schemas of CycloneDX 1.6 and SPDX 2.3 say against a document; empty when nothing. Needs `corpus`. */
export interface SbomSchemas {
  cyclonedx(document: unknown): ValidateFunction['errors'] & object;
  spdx(document: unknown): ValidateFunction['errors'] & object;
}

export function sbomSchemas(): SbomSchemas {
  const schemas = corpusTar('schemas/schemas.tar.zst');
  const schemaOf = (path: string): object => JSON.parse(String(schemas.get(path))) as object;
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  // ajv-formats does not know the internationalised forms; their grammar is not ours to test.
  for (const format of ['iri-reference', 'idn-email']) ajv.addFormat(format, true);
  for (const sub of ['spdx.schema.json', 'jsf-0.82.schema.json']) ajv.addSchema(schemaOf(`cyclonedx/${sub}`));
  const cyclonedx = ajv.compile(schemaOf('cyclonedx/bom-1.6.schema.json'));
  const spdx = new Ajv2019({ strict: false, allErrors: true }).compile(schemaOf('spdx/spdx-schema-v2.3.json'));
  const faultsOf = (validate: ValidateFunction, document: unknown) => {
    // As it stands in a file: without undefined members.
    validate(JSON.parse(JSON.stringify(document)));
    return validate.errors ?? [];
  };
  return {
    cyclonedx: (document) => faultsOf(cyclonedx, document),
    spdx: (document) => faultsOf(spdx, document),
  };
}
