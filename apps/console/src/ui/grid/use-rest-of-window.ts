import { type RefObject, useLayoutEffect, useState } from 'react';

/** Below the frame: the padding of the page. */
const BELOW_PX = 26;
const LEAST_PX = 260;

/** The height that ends a frame where the window ends, so that only the frame scrolls and not the page too. */
export function useRestOfWindow(frame: RefObject<HTMLElement | null>, isThere: boolean): string {
  const [abovePx, setAbove] = useState(250);
  useLayoutEffect(() => {
    const measure = (): void => {
      const top = frame.current?.getBoundingClientRect().top;
      if (top !== undefined) setAbove(Math.ceil(top + scrollY));
    };
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, [frame, isThere]);
  return `max(${LEAST_PX}px, calc(100dvh - ${abovePx + BELOW_PX}px))`;
}
