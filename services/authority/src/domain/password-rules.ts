const MIN_CHARACTERS = 12;

/** Words that long passwords on published lists of stolen ones are made of. */
const COMMON_WORDS = [
  'password',
  'passwort',
  'passw0rd',
  'p4ssw0rd',
  'administrator',
  'welcome',
  'letmein',
  'iloveyou',
  'qwertyuiop',
  'qwertzuiop',
  'asdfghjkl',
  'changeme',
  'trustno1',
  'dragon',
  'monkey',
  'sunshine',
  'princess',
  'football',
  'baseball',
  'superman',
  'secret',
  'stella',
];
const SEQUENCES = [
  '01234567890123456789',
  '98765432109876543210',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
];

/**
 * Why a password is refused. Length is what counts (NIST SP 800-63B, section 3.1.1.2); what is left when common words,
 * the user's name, sequences and repeated characters are taken away must not be almost nothing.
 *
 * @returns a sentence, or `undefined` for a good one
 */
export function passwordFault(password: string, userName: string): string | undefined {
  const text = password.normalize('NFKC');
  if (Array.from(text).length < MIN_CHARACTERS) return `a password has at least ${MIN_CHARACTERS} characters`;
  let rest = text.toLowerCase();
  for (const word of [...COMMON_WORDS, userName]) if (word.length >= 3) rest = rest.replaceAll(word, '');
  rest = withoutSequences(rest);
  if (new Set(rest).size < 5) return 'this password is among the first that others would try';
  return undefined;
}

/** Runs of four and more characters that stand beside each other on the keyboard or in the alphabet. */
function withoutSequences(text: string): string {
  let rest = '';
  let at = 0;
  while (at < text.length) {
    const length = Math.max(...SEQUENCES.map((sequence) => runLength(text, at, sequence)));
    if (length >= 4) at += length;
    else rest += text[at++];
  }
  return rest;
}

function runLength(text: string, from: number, sequence: string): number {
  let length = 0;
  while (length < sequence.length && from + length < text.length) {
    if (!sequence.includes(text.slice(from, from + length + 1))) break;
    length++;
  }
  return length;
}
