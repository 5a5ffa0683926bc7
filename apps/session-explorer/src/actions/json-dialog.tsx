import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useService } from '../api/client';
import type { JsonMemberName, SessionTarget } from '../api/session-changes';
import { reloadValues } from '../api/sessions';
import { Button } from '../components/button';
import { Modal } from '../components/modal';
import { ProblemMessage } from '../components/problem-message';
import { Skeleton } from '../components/skeleton';
import { useLeavingQuestion } from '../shell/use-leaving-question';
import { Conflict } from './conflict';
import { readMember, type StoredMember, savedText, saveEdit } from './edited-member';
import { failureText } from './failure-text';
import styles from './json-dialog.module.css';
import { JsonEditor } from './json-editor';
import { formatJson } from './json-format';
import { findJsonProblem } from './json-problem';

const SUBJECTS: Readonly<Record<JsonMemberName, string>> = { metadata: 'metadata', session_state: 'session state' };

interface JsonDialogProps {
  readonly target: SessionTarget;
  readonly member: JsonMemberName;
  readonly onClose: () => void;
}

/** Edits the metadata or the state of a session as JSON. */
export default function JsonDialog({ target, member, onClose }: JsonDialogProps) {
  const service = useService();
  const [isDirty, setIsDirty] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  useLeavingQuestion(isDirty);
  const stored = useQuery({
    queryKey: ['edited-member', target.database, target.id, member],
    queryFn: ({ signal }) => readMember(service, target, member, signal),
    // Each time the dialog opens it begins with what is stored then, and does not change below the user's hands.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const subject = SUBJECTS[member];
  return (
    <Modal title={`Edit ${subject}`} isOpen isWide onClose={() => (isDirty ? setIsAsking(true) : onClose())}>
      {stored.data === undefined ? (
        <>
          {stored.failureCount === 0 && <Skeleton lines={8} label={`Loading the ${subject}`} />}
          <ProblemMessage query={stored} subject={`the ${subject}`} />
        </>
      ) : (
        <Editing target={target} member={member} initial={stored.data} onDirty={setIsDirty} onClose={onClose} />
      )}
      {isAsking && (
        <div className={styles['question']} role="alert">
          <p>Your changes are not saved.</p>
          <Button onClick={onClose}>Discard changes</Button>
          <Button kind="primary" onClick={() => setIsAsking(false)}>
            Go on editing
          </Button>
        </div>
      )}
    </Modal>
  );
}

interface EditingProps extends JsonDialogProps {
  readonly initial: StoredMember;
  readonly onDirty: (isDirty: boolean) => void;
}

function Editing({ target, member, initial, onDirty, onClose }: EditingProps) {
  const service = useService();
  const queries = useQueryClient();
  const [base, setBase] = useState(initial);
  const [text, setText] = useState(() => formatJson(initial.value.text));
  // The value that another user has stored since the base was read.
  const [theirs, setTheirs] = useState<StoredMember>();
  const problem = useMemo(() => findJsonProblem(text), [text]);
  const save = useMutation({
    mutationFn: () => saveEdit(service, target, { member, base, text }, theirs ?? base),
    onSuccess: (current) => {
      reloadValues(queries, target);
      if (current === undefined) onClose();
      else setTheirs(current);
    },
  });
  const change = (changed: string) => {
    setText(changed);
    onDirty(changed !== formatJson(base.value.text));
  };
  const takeTheirs = (current: StoredMember) => {
    setBase(current);
    setText(formatJson(current.value.text));
    setTheirs(undefined);
    onDirty(false);
  };
  return (
    <>
      {theirs === undefined ? (
        <>
          <JsonEditor label={`The ${SUBJECTS[member]} as JSON`} text={text} onChange={change} problem={problem} />
          <div className={styles['buttons']}>
            <Button kind="primary" disabled={problem !== undefined || save.isPending} onClick={() => save.mutate()}>
              Save {SUBJECTS[member]}
            </Button>
          </div>
        </>
      ) : (
        <Conflict
          subject={SUBJECTS[member]}
          theirs={formatJson(theirs.value.text)}
          mine={savedText({ member, base, text }, theirs)}
          isSaving={save.isPending}
          onTakeTheirs={() => takeTheirs(theirs)}
          onKeepMine={() => save.mutate()}
        />
      )}
      {save.error !== null && (
        <p role="alert" className={styles['failure']}>
          Not saved. {failureText(save.error)}
        </p>
      )}
    </>
  );
}
