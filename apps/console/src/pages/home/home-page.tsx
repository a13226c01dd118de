import './home.css';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useApi, useCan, useMe } from '../../api/index.ts';
import { Loaded, Page, useUrlText } from '../../ui/index.ts';
import { Blocked, isBlocked } from './blocked.tsx';
import { Board } from './board.tsx';
import { boardSentence } from './board-sentence.ts';
import { NeedsMe } from './needs-me.tsx';
import { TrustFacts } from './trust-facts.tsx';

/** What runs where, what waits for me, what is blocked and why, and how sure that is. */
export function Component() {
  const board = useApi(DEPLOYMENTS_ROUTES.getBoard, {});
  const [environment] = useUrlText('environment');
  const can = useCan();
  const me = useMe();
  const waiting = useApi(
    RELEASES_ROUTES.listPromotions,
    { query: { state: 'pending_gate', limit: 100 } },
    { isEnabled: can('promotion.read') },
  );
  const blocked = waiting.data?.body.items.filter(isBlocked);
  const isComing = waiting.data === undefined && waiting.error === null && (me === undefined || can('promotion.read'));
  const blockedIds = new Set(blocked?.map(({ id }) => id));
  return (
    <Page
      title="Pipeline board"
      sentence={board.data === undefined ? 'What runs where.' : boardSentence(board.data.body)}
      command="stella board"
      asOfMs={board.data?.asOfMs}
    >
      <div className="home">
        <div className="home-board">
          <Loaded query={board} lines={8}>
            {({ body }) => <Board board={body} environment={environment} blockedIds={blockedIds} />}
          </Loaded>
        </div>
        <div className="home-beside">
          <NeedsMe />
          {blocked === undefined && !isComing ? null : <Blocked promotions={blocked} />}
          <TrustFacts />
        </div>
      </div>
    </Page>
  );
}
