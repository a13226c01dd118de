import { StringDecoder } from 'node:string_decoder';

/** Reads a line from the terminal without echo. Ctrl+C ends the program as it does anywhere else. */
export function askSecret(prompt: string): Promise<string | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return Promise.resolve(undefined);
  stderr.write(prompt);
  stdin.setRawMode(true);
  const decoder = new StringDecoder('utf8');
  let typed = '';
  return new Promise((answer) => {
    const done = (): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
    };
    const onData = (chunk: Buffer): void => {
      for (const character of decoder.write(chunk)) {
        if (character === '\r' || character === '\n' || character === '\u0004') {
          done();
          return answer(typed);
        }
        if (character === '\u0003') {
          done();
          return void process.kill(process.pid, 'SIGINT');
        }
        if (character === '\u007f' || character === '\b') typed = Array.from(typed).slice(0, -1).join('');
        else typed += character;
      }
    };
    stdin.on('data', onData);
  });
}
