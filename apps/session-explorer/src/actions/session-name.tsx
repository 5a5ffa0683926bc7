import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, type SubmitEvent, useEffect, useRef, useState } from 'react';
import { usePermissions, useService } from '../api/client';
import { renameSession } from '../api/session-changes';
import { showName } from '../api/sessions';
import { Button, IconButton } from '../components/button';
import { useView } from '../shell/view';
import { failureText } from './failure-text';
import styles from './session-name.module.css';

interface SessionNameProps {
  readonly id: string;
  /** The heading: the stored name, or words in its place. Undefined while it is loaded. */
  readonly name: string | undefined;
  /** The stored name; empty if there is none. Undefined while it is loaded. */
  readonly stored: string | undefined;
}

/** The heading of the open session, which a double click or the button beside it turns into a field. */
export function SessionName({ id, name, stored }: SessionNameProps) {
  const { mayWrite } = usePermissions();
  const [isEditing, setIsEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const mayRename = mayWrite && stored !== undefined;
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !isEditing) button.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);
  if (isEditing && mayRename) return <NameForm id={id} stored={stored} onClose={() => setIsEditing(false)} />;
  return (
    <div className={styles['name']}>
      <h2 dir="auto" title={name} onDoubleClick={() => setIsEditing(true)}>
        {name}
      </h2>
      {mayRename && <IconButton ref={button} icon="pencil" label="Rename" onClick={() => setIsEditing(true)} />}
    </div>
  );
}

interface NameFormProps {
  readonly id: string;
  readonly stored: string;
  readonly onClose: () => void;
}

function NameForm({ id, stored, onClose }: NameFormProps) {
  const service = useService();
  const queries = useQueryClient();
  const [{ database }] = useView();
  // Does not change with the list, so that the form can tell whether somebody else has renamed the session.
  const [initial] = useState(stored);
  const [text, setText] = useState(initial);
  // The name that the user has seen last: at first the one on the page, after a conflict that of the other user.
  const [known, setKnown] = useState(initial);
  const rename = useMutation({
    mutationFn: (wanted: string) => renameSession(service, { id, database }, { known, wanted }),
    onSuccess: ({ isRenamed, name }) => {
      showName(queries, { id, database }, name);
      if (isRenamed) onClose();
      else setKnown(name);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (text === known) onClose();
    else if (text !== '') rename.mutate(text);
  };
  const cancel = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    // Escape would also close the session.
    event.stopPropagation();
    onClose();
  };
  const isRenamedByOther = known !== initial;
  return (
    <form className={styles['form']} onSubmit={submit} onKeyDown={cancel}>
      <input
        // biome-ignore lint/a11y/noAutofocus: the user has just asked for this field.
        autoFocus
        aria-label="Name of the session"
        dir="auto"
        required
        value={text}
        onFocus={({ currentTarget }) => currentTarget.select()}
        onChange={({ target }) => setText(target.value)}
      />
      <Button type="submit" kind="primary" disabled={rename.isPending}>
        {isRenamedByOther ? 'Rename anyway' : 'Rename'}
      </Button>
      <Button onClick={onClose}>{isRenamedByOther ? 'Keep the other name' : 'Cancel'}</Button>
      <p role="alert" className={styles['problem']}>
        {isRenamedByOther && rename.error === null && (
          <>
            Meanwhile somebody else has renamed it to <bdi>“{known}”</bdi>.
          </>
        )}
        {rename.error !== null && `Not renamed. ${failureText(rename.error)}`}
      </p>
    </form>
  );
}
