import './home.css';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { useApi } from '../../api/index.ts';
import { Loaded, Page, useUrlText } from '../../ui/index.ts';
import { Board } from './board.tsx';
import { boardSentence } from './board-sentence.ts';
import { NeedsMe } from './needs-me.tsx';
import { TrustFacts } from './trust-facts.tsx';

/** What runs where, what waits for me, what is blocked and why, and how sure that is. */
export function Component() {
  const board = useApi(DEPLOYMENTS_ROUTES.getBoard, {});
  const [environment] = useUrlText('environment');
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
            {({ body }) => <Board board={body} environment={environment} />}
          </Loaded>
        </div>
        <div className="home-beside">
          <NeedsMe />
          <TrustFacts />
        </div>
      </div>
    </Page>
  );
}
