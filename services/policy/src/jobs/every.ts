/** Work that a process repeats while it lives. A run that fails is told of; the next one comes as if it had not. */
export function every(
  periodMs: number,
  run: () => Promise<void>,
  onError: (error: unknown) => void,
): { start(): Promise<void>; stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const once = (): Promise<void> => {
    running ??= run()
      .catch(onError)
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return {
    start: async () => {
      await once();
      timer = setInterval(() => void once(), periodMs);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
