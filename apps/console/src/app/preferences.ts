import { Observable } from '../api/observable.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export const CONTRASTS = ['system', 'normal', 'high'] as const;
export const DENSITIES = ['dense', 'comfortable'] as const;

/** How this browser shows the console. Nothing of it is secret. */
export interface Preferences {
  readonly theme: (typeof THEMES)[number];
  readonly contrast: (typeof CONTRASTS)[number];
  readonly density: (typeof DENSITIES)[number];
  /** Single letters do things (WCAG 2.1.4: they can be switched off). */
  readonly hasShortcuts: boolean;
}

const KEY = 'stella.preferences';
const DEFAULTS: Preferences = { theme: 'system', contrast: 'system', density: 'dense', hasShortcuts: true };

export const preferences = new Observable<Preferences>(read());

export function changePreferences(change: Partial<Preferences>): void {
  preferences.set({ ...preferences.value, ...change });
  localStorage.setItem(KEY, JSON.stringify(preferences.value));
}

/** Keeps the document's attributes, which the tokens hang on, in step with preferences and system. */
export function applyPreferences(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const contrast = matchMedia('(prefers-contrast: more)');
  const apply = (): void => {
    const { theme, contrast: wanted, density } = preferences.value;
    const { dataset } = document.documentElement;
    dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    dataset['contrast'] = wanted === 'system' ? (contrast.matches ? 'high' : 'normal') : wanted;
    dataset['density'] = density;
  };
  apply();
  preferences.subscribe(apply);
  dark.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
}

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}
