import { Tabs } from '@base-ui/react/tabs';
import { IconButton } from '../components/button';
import { type Pane, useView } from '../shell/view';
import styles from './details.module.css';
import { RawTab } from './raw-tab';
import { RunsTab } from './runs-tab';
import { SessionTab } from './session-tab';

/** Runs, values and raw JSON of a session. */
export function Details({ id }: { readonly id: string }) {
  const [{ pane }, changeView] = useView();
  return (
    <Tabs.Root
      className={styles['details']}
      value={pane ?? 'runs'}
      onValueChange={(value) => changeView({ pane: value as Pane }, { replace: true })}
    >
      <div className={styles['head']}>
        <Tabs.List className={styles['tabs']} activateOnFocus>
          <Tabs.Tab value="runs">Runs</Tabs.Tab>
          <Tabs.Tab value="session">Session</Tabs.Tab>
          <Tabs.Tab value="raw">Raw JSON</Tabs.Tab>
        </Tabs.List>
        <IconButton
          icon="close"
          label="Close details (d)"
          onClick={() => changeView({ pane: undefined, run: undefined })}
        />
      </div>
      <Tabs.Panel value="runs" className={styles['panel']}>
        <RunsTab id={id} />
      </Tabs.Panel>
      <Tabs.Panel value="session" className={styles['panel']}>
        <SessionTab id={id} />
      </Tabs.Panel>
      <Tabs.Panel value="raw" className={styles['panel']}>
        <RawTab id={id} />
      </Tabs.Panel>
    </Tabs.Root>
  );
}
