import type { RunPreview } from '@session-service/session-client';
import { type CSSProperties, useMemo, useState } from 'react';
import { Virtualizer } from 'virtua';
import type { Message } from '../api/messages';
import { Button } from '../components/button';
import { Icon } from '../components/icon';
import { useShortcuts } from '../shell/use-shortcuts';
import { useView } from '../shell/view';
import { BegunRun } from './begun-run';
import { type Row, rowsOf } from './conversation-rows';
import styles from './message-list.module.css';
import { MessageRow } from './message-row';
import { OlderStatus } from './older-status';
import { RunHead } from './run-head';
import { useConversationScroll } from './use-conversation-scroll';
import { useGoals } from './use-goals';
import type { OlderMessages } from './use-search';

interface MessageListProps {
  /** The oldest first. */
  readonly messages: readonly Message[];
  /** Runs whose messages are not stored yet. */
  readonly begun: readonly RunPreview[];
  /** What is known of the runs, by their ids. */
  readonly runs: ReadonlyMap<string, RunPreview>;
  readonly older: OlderMessages;
}

/** The lines of a conversation, of which only those that are visible are rendered. */
export function MessageList({ messages, begun, runs, older }: MessageListProps) {
  const [{ message: linked }] = useView();
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const rows = useMemo(() => rowsOf({ messages, begun }, { chosen, linked }), [messages, begun, chosen, linked]);
  const scroll = useConversationScroll(messages, rows, older);
  const { search, toError } = useGoals(rows, older, scroll);
  const fold = (key: string, isFolded: boolean) => setChosen((current) => new Map(current).set(key, isFolded));
  useShortcuts({ G: scroll.toLatest, e: toError });
  return (
    <div className={styles['pane']}>
      <OlderStatus older={older} search={search} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach what scrolls. */}
      <section ref={scroll.container} className={styles['scroller']} tabIndex={0} aria-label="Conversation">
        <Virtualizer
          ref={scroll.list}
          as="ol"
          item="li"
          scrollRef={scroll.container}
          data={rows}
          shift={scroll.isPrepended}
          bufferSize={400}
          onScroll={scroll.onScroll}
        >
          {(row: Row) => <Line key={row.key} row={row} runs={runs} linked={linked} onFold={fold} />}
        </Virtualizer>
      </section>
      {!scroll.isAtEnd && (
        <Button className={styles['latest'] ?? ''} onClick={scroll.toLatest} title="Jump to latest (G)">
          <Icon name="down" />
          Jump to latest
        </Button>
      )}
    </div>
  );
}

/** Deeper members are not indented further. */
const MAX_INDENTATION = 4;

interface LineProps {
  readonly row: Row;
  readonly runs: ReadonlyMap<string, RunPreview>;
  /** Id of the message that the URL links to. */
  readonly linked: string | undefined;
  readonly onFold: (key: string, isFolded: boolean) => void;
}

function Line({ row, runs, linked, onFold }: LineProps) {
  const depth = { '--depth': Math.min(row.depth, MAX_INDENTATION) } as CSSProperties;
  const isLinked = row.kind === 'message' && linked !== undefined && row.message.id === linked;
  return (
    <div
      className={styles['line']}
      style={depth}
      data-member={row.depth > 0 || undefined}
      aria-current={isLinked || undefined}
    >
      {row.kind === 'run' && <RunHead row={row} preview={runs.get(row.run.key)} onFold={onFold} />}
      {row.kind === 'message' && <MessageRow message={row.message} isLastOfRun={row.isLastOfRun} />}
      {row.kind === 'begun' && <BegunRun preview={row.preview} />}
    </div>
  );
}
