import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { Ed25519Key } from './ed25519.ts';
import { merkleRoot } from './merkle-root.ts';
import { openNote, signNote } from './note.ts';
import {
  ed25519NoteSigner,
  ed25519NoteVerifier,
  formatVerifierKey,
  logIdOf,
  parseVerifierKey,
} from './verifier-key.ts';

const origin = 'tlog.local.example/evidence';
const key = new Ed25519Key(Buffer.alloc(32, 1));
const signer = ed25519NoteSigner(origin, key);
const verifier = ed25519NoteVerifier(origin, key.publicRaw);
const witness = ed25519NoteSigner('witness.example/w1', new Ed25519Key(Buffer.alloc(32, 2)));
const root = merkleRoot(['a', 'b', 'c'].map((text) => Buffer.from(text)));
const body = formatCheckpoint(origin, 3n, root);
const note = signNote(body, [signer]);

test('a checkpoint has the bytes that other implementations accepted', () => {
  expect(note).toBe(
    'tlog.local.example/evidence\n3\nNmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=\n\n' +
      '— tlog.local.example/evidence Zbzmtwjq7Q6yF+xHmMtJkYT/vUaTS6nWMQnVhmUfECSSMoHX1dI/SZct+7Kh6j3kYOB6JMsi7XFmzSJ0J1pRgrdeMg4=\n',
  );
  expect(logIdOf(origin, key.publicRaw).toString('base64')).toBe('ZbzmtyY2Qu/eWdh2vlypHPUp/nxC6sabcopM3F6zef8=');
  expect(formatVerifierKey(origin, key.publicRaw)).toBe(
    'tlog.local.example/evidence+65bce6b7+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c',
  );
});

test('a checkpoint reads back as it was written', () => {
  expect(openCheckpoint(note, verifier, { strict: true })).toEqual({
    ok: true,
    checkpoint: { origin, size: 3n, root, extensions: [] },
  });
});

test('with strict no flipped bit of a note passes', () => {
  const bytes = Buffer.from(note);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    const opened = openNote(changed.toString('utf8'), [verifier], { strict: true });
    expect(opened.ok, `bit ${bit}`).toBe(false);
  }
});

test('a line of an unknown key is passed over, but not with strict', () => {
  const cosigned = signNote(body, [signer, witness]);
  const opened = openNote(cosigned, [verifier]);
  expect(opened.ok && opened.unverified.map((line) => line.name)).toEqual(['witness.example/w1']);
  expect(openNote(cosigned, [verifier], { strict: true })).toMatchObject({ ok: false, fault: 'extra-line' });
});

test('a line twice counts once, and is refused with strict', () => {
  const doubled = signNote(body, [signer, signer]);
  const opened = openNote(doubled, [verifier]);
  expect(opened.ok && opened.verified.length).toBe(1);
  expect(openNote(doubled, [verifier], { strict: true })).toMatchObject({ ok: false, fault: 'extra-line' });
});

test('a note that only unknown keys signed is not verified', () => {
  expect(openNote(signNote(body, [witness]), [verifier])).toMatchObject({ ok: false, fault: 'no-known-key' });
});

test('a wrong signature of a known key is refused even beside a right one', () => {
  const lie = { ...signer, sign: () => Buffer.alloc(64) };
  expect(openNote(signNote(body, [witness, lie]), [verifier])).toMatchObject({ ok: false, fault: 'bad-signature' });
});

test('what the format forbids is malformed', () => {
  const line = note.slice(body.length + 1);
  const cases = {
    crlf: note.replaceAll('\n', '\r\n'),
    'no final newline': note.slice(0, -1),
    'no signature': `${body}\n`,
    'junk after it': `${note}x\n`,
    'url-safe base64': note.replace('F+x', 'F-x'),
    'lone surrogate': `\ud800\n\n${line}`,
    'too many lines': `${body}\n${line.repeat(101)}`,
    'plus in a name': note.replace('— tlog', '— t+log'),
    'only a key id': `${body}\n— x ${Buffer.alloc(4).toString('base64')}\n`,
  };
  for (const [name, text] of Object.entries(cases)) {
    expect(openNote(text, [verifier]), name).toMatchObject({ ok: false, fault: 'malformed' });
  }
});

test('a checkpoint body is read strictly', () => {
  const rows = (size: string, hash = root.toString('base64')) => parseCheckpoint(`o\n${size}\n${hash}\n`).ok;
  expect(rows('0')).toBe(true);
  expect(rows('18446744073709551615')).toBe(true);
  for (const size of ['', '00', '01', '-1', '+1', '0x1', ' 1', '18446744073709551616', '9'.repeat(40)]) {
    expect(rows(size), size).toBe(false);
  }
  expect(rows('1', root.subarray(1).toString('base64'))).toBe(false);
  expect(rows('1', root.toString('base64').slice(0, -1))).toBe(false);
  expect(parseCheckpoint(`\n1\n${root.toString('base64')}\n`).ok).toBe(false);
});

test('a verifier key with another key, id, type or length is refused', () => {
  const text = formatVerifierKey(origin, key.publicRaw);
  expect(parseVerifierKey(text).ok).toBe(true);
  const [name, id, ...rest] = text.split('+');
  const base64 = rest.join('+');
  for (const wrong of [
    `${name}+65bce6b8+${base64}`,
    `${name}+${id?.toUpperCase()}+${base64}`,
    `other+${id}+${base64}`,
    `${name}+${id}+${Buffer.concat([Buffer.from([4]), key.publicRaw]).toString('base64')}`,
    `${name}+${id}+${Buffer.concat([Buffer.from([1]), key.publicRaw, Buffer.alloc(1)]).toString('base64')}`,
    `${name}+${id}`,
    '',
  ]) {
    expect(parseVerifierKey(wrong).ok, wrong).toBe(false);
  }
});

test('what cannot be a note is not signed', () => {
  for (const text of ['', 'x', 'a\r\n', 'tab\t\n', '\ud800\n']) {
    expect(() => signNote(text, [signer])).toThrow(expect.objectContaining({ code: 'NOTE_INVALID' }));
  }
  expect(() => signNote(body, [{ ...signer, name: 'a b' }])).toThrow(expect.objectContaining({ code: 'NOTE_INVALID' }));
  expect(() => formatCheckpoint('two\nlines', 1n, root)).toThrow(
    expect.objectContaining({ code: 'CHECKPOINT_INVALID' }),
  );
});

test('no text makes opening a note throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.string(), (text, tail) => {
      expect(openNote(`${text}\n\n— ${tail}\n`, [verifier]).ok).toBe(false);
    }),
  );
});
