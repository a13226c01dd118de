import '../form.css';
import { useRef } from 'react';
import { Menu, MenuItem, Popover, Text } from 'react-aria-components/Menu';
import type { RowAction } from './column.ts';

interface RowMenuProps<Row> {
  readonly row: Row;
  readonly anchor: HTMLElement;
  readonly actions: readonly RowAction<Row>[];
  readonly onClose: () => void;
}

/** What can be done with one row. What cannot says why, and can be reached to be read. */
export function RowMenu<Row>({ row, anchor, actions, onClose }: RowMenuProps<Row>) {
  const trigger = useRef(anchor);
  trigger.current = anchor;
  const close = (): void => {
    onClose();
    anchor.closest<HTMLElement>('[data-column]')?.focus({ preventScroll: true });
  };
  return (
    <Popover
      className="popover"
      triggerRef={trigger}
      isOpen
      onOpenChange={(isOpen) => !isOpen && close()}
      placement="bottom end"
    >
      <Menu className="menu" aria-label="Actions" autoFocus="first" onClose={close}>
        {actions.map((action) => {
          const reason = action.disabledReason?.(row);
          return (
            <MenuItem
              key={action.id}
              id={action.id}
              className={reason === undefined ? 'menu-item' : 'menu-item refused'}
              textValue={action.label}
              onAction={() => reason === undefined && action.run(row)}
            >
              <Text slot="label">{action.label}</Text>
              {reason === undefined ? null : (
                <Text slot="description" className="menu-reason">
                  {reason}
                </Text>
              )}
            </MenuItem>
          );
        })}
      </Menu>
    </Popover>
  );
}
