import { useObservable } from '../api/observable.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Checkbox } from '../ui/form.tsx';
import { overlay } from './overlay.ts';
import { changePreferences, preferences } from './preferences.ts';
import { COMMON_SHORTCUTS, PAGE_SHORTCUTS } from './shortcuts.ts';

/** `?`: every shortcut. */
export function ShortcutHelp() {
  const { hasShortcuts } = useObservable(preferences);
  return (
    <Dialog title="Keyboard shortcuts" isOpen onClose={() => overlay.set(undefined)}>
      <div className="shortcut-lists">
        <ShortcutList title="Everywhere" rows={COMMON_SHORTCUTS} />
        <ShortcutList title="Go to" rows={PAGE_SHORTCUTS} />
      </div>
      <Checkbox
        label="Single letters do things (Ctrl K always works)"
        isSelected={hasShortcuts}
        onChange={(isSelected) => changePreferences({ hasShortcuts: isSelected })}
      />
    </Dialog>
  );
}

function ShortcutList(props: {
  readonly title: string;
  readonly rows: readonly { readonly keys: string; readonly does: string }[];
}) {
  return (
    <div>
      <h3>{props.title}</h3>
      <dl className="shortcut-list">
        {props.rows.map(({ keys, does }) => (
          <div key={`${keys} ${does}`}>
            <dt>
              {keys.split(/ +/).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
