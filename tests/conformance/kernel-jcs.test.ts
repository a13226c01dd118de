import { canonicalBytes, parseCanonicalJson, parseJson } from '@stella-ops/engine-kernel';
import { corpusTar, describeNeeding } from '@stella-ops/testkit';
import { expect, test } from 'vitest';

describeNeeding(['corpus'], 'RFC 8785 vectors', () => {
  const files = corpusTar('signing/jcs.tar.zst');
  const names = [...files.keys()]
    .filter((path) => path.includes('/input/'))
    .map((path) => path.split('/').at(-1) ?? '');
  const file = (folder: string, name: string) => files.get(`testdata/${folder}/${name}`) ?? Buffer.alloc(0);

  test('the corpus has all six cases', () => {
    expect(names.sort()).toEqual([
      'arrays.json',
      'french.json',
      'structures.json',
      'unicode.json',
      'values.json',
      'weird.json',
    ]);
  });

  test('each input has exactly the canonical bytes of its output', () => {
    for (const name of names) {
      const bytes = canonicalBytes(parseJson(file('input', name), name));
      const hex = file('outhex', name.replace('.json', '.txt')).toString('utf8').replace(/\s/g, '');
      expect(bytes.toString('hex'), name).toBe(hex);
      expect(bytes.equals(file('output', name)), name).toBe(true);
    }
  });

  test('each output is accepted as canonical and each input that differs from it is refused', () => {
    for (const name of names) {
      const output = file('output', name);
      expect(parseCanonicalJson(output, name)).toEqual(parseJson(output, name));
      const input = file('input', name);
      if (input.equals(output)) continue;
      expect(() => parseCanonicalJson(input, name)).toThrow(expect.objectContaining({ code: 'JSON_NOT_CANONICAL' }));
    }
  });
});
