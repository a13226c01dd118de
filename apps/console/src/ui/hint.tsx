import './hint.css';
import { Focusable, Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip';
import { createContext, type ReactElement, useContext } from 'react';

/** True within a grid, which has one tab stop for all of its cells. */
export const InGrid = createContext(false);

/** A sentence that appears on hover and on focus of what it is about. Escape takes it away. */
export function Hint({ text, children }: { readonly text: string; readonly children: ReactElement }) {
  const isInGrid = useContext(InGrid);
  if (isInGrid) return <span title={text}>{children}</span>;
  return (
    <TooltipTrigger delay={400} closeDelay={100}>
      <Focusable>{children as ReactElement<Record<string, unknown>, string>}</Focusable>
      <Tooltip className="hint" offset={6}>
        {text}
      </Tooltip>
    </TooltipTrigger>
  );
}
