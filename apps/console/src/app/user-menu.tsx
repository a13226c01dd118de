import '../ui/form.css';
import { Button } from 'react-aria-components/Button';
import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components/Menu';
import { useMe } from '../api/me.ts';
import { useObservable } from '../api/observable.ts';
import { session } from '../api/session.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { overlay } from './overlay.ts';
import { changePreferences, CONTRASTS, DENSITIES, preferences, THEMES } from './preferences.ts';

const THEME_WORDS = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;
const CONTRAST_WORDS = { system: 'As the system', normal: 'Normal', high: 'High' } as const;
const DENSITY_WORDS = { dense: 'Dense', comfortable: 'Comfortable' } as const;

/** Who is signed in, how things look, and the way out. */
export function UserMenu() {
  const me = useMe();
  const { theme, contrast, density } = useObservable(preferences);
  return (
    <MenuTrigger>
      <Button className="user-button" aria-label={`Account and appearance, ${me?.name ?? 'not known yet'}`}>
        <Icon name="person" />
        <span className="user-name">{me?.name ?? '…'}</span>
        <Icon name="down" size={14} />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu className="menu" aria-label="Account and appearance">
          <Choices
            title="Theme"
            words={THEME_WORDS}
            keys={THEMES}
            chosen={theme}
            choose={(key) => changePreferences({ theme: key })}
          />
          <Choices
            title="Contrast"
            words={CONTRAST_WORDS}
            keys={CONTRASTS}
            chosen={contrast}
            choose={(key) => changePreferences({ contrast: key })}
          />
          <Choices
            title="Rows"
            words={DENSITY_WORDS}
            keys={DENSITIES}
            chosen={density}
            choose={(key) => changePreferences({ density: key })}
          />
          <Separator className="menu-line" />
          <Item icon="question" label="Keyboard shortcuts" onAction={() => overlay.set('help')} />
          <Item icon="external" label="Sign out" onAction={() => void session.signOut()} />
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function Choices<K extends string>(props: {
  readonly title: string;
  readonly words: Readonly<Record<K, string>>;
  readonly keys: readonly K[];
  readonly chosen: K;
  readonly choose: (key: K) => void;
}) {
  // Sections of one menu share its keys: “As the system” is in two of them.
  const idOf = (key: K): string => `${props.title} ${key}`;
  return (
    <MenuSection
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[idOf(props.chosen)]}
      onSelectionChange={(selection) => {
        const chosen = props.keys.find((key) => selection !== 'all' && selection.has(idOf(key)));
        if (chosen !== undefined) props.choose(chosen);
      }}
    >
      <Header className="menu-header">{props.title}</Header>
      {props.keys.map((key) => (
        <MenuItem
          key={key}
          id={idOf(key)}
          className="menu-item choice"
          textValue={props.words[key]}
          shouldCloseOnSelect={false}
        >
          <span className="choice-mark" aria-hidden="true">
            <Icon name="check" size={14} />
          </span>
          {props.words[key]}
        </MenuItem>
      ))}
    </MenuSection>
  );
}

function Item(props: { readonly icon: IconName; readonly label: string; readonly onAction: () => void }) {
  return (
    <MenuItem className="menu-item" textValue={props.label} onAction={props.onAction}>
      <Icon name={props.icon} />
      {props.label}
    </MenuItem>
  );
}
