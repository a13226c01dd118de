import './tabs.css';
import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components/Tabs';
import { useUrlText } from './url-state.ts';

interface TabItem {
  readonly id: string;
  readonly label: ReactNode;
  readonly content: ReactNode;
}

/** Views of one thing. The chosen one is in the address (`?tab=…`); the first is the default. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly TabItem[] }) {
  const [chosen, choose] = useUrlText('tab');
  const first = tabs[0]?.id;
  const present = tabs.some(({ id }) => id === chosen) ? chosen : first;
  return (
    <AriaTabs
      className="tabs"
      selectedKey={present ?? ''}
      onSelectionChange={(key) => choose(key === first ? undefined : String(key))}
    >
      <TabList className="tab-list" aria-label={label}>
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} className="tab">
            {tab.label}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className="tab-panel">
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
