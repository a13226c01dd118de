import './state-badge.css';
import { Icon } from './icon.tsx';
import { type StateLook, TONE_ICONS } from './states.ts';

/** A state as picture, word and colour: `<StateBadge {...PROMOTION_STATES[promotion.state]} />`. */
export function StateBadge({ tone, word, icon }: StateLook) {
  return (
    <span className={`state-badge tone-${tone}`}>
      <Icon name={icon ?? TONE_ICONS[tone]} size={13} />
      {word}
    </span>
  );
}
