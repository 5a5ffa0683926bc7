import { useState } from 'react';
import type { Message } from '../api/messages';
import { IconButton } from '../components/button';
import { CopyButton } from '../components/copy';
import { JsonTree } from '../components/json-tree';
import { Modal } from '../components/modal';
import { useCopy } from '../components/use-copy';
import { hrefOf, useView } from '../shell/view';
import styles from './message-actions.module.css';

/** Buttons that copy a message or a link to it, and show its JSON. Visible while the message is pointed at or focused. */
export function MessageActions({ message, text }: { readonly message: Message; readonly text: string }) {
  const [isRawOpen, setIsRawOpen] = useState(false);
  return (
    <div className={styles['actions']}>
      {text !== '' && <CopyButton text={text} label="Copy text" />}
      <LinkButton id={message.id} />
      <IconButton icon="code" label="Show JSON" onClick={() => setIsRawOpen(true)} />
      <Modal title="Message as JSON" isOpen={isRawOpen} onClose={() => setIsRawOpen(false)} isWide>
        {isRawOpen && <JsonTree text={message.json()} />}
      </Modal>
    </div>
  );
}

function LinkButton({ id }: { readonly id: string }) {
  const [view] = useView();
  const [copy, isCopied] = useCopy();
  const { href } = new URL(hrefOf({ ...view, run: undefined, message: id, pane: undefined }), location.href);
  return (
    <IconButton
      icon={isCopied ? 'check' : 'link'}
      label={isCopied ? 'Copied' : 'Copy link'}
      onClick={() => copy(href)}
    />
  );
}
