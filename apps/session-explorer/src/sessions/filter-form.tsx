import type { Session } from '@session-service/session-client';
import { type FormEvent, type ReactNode, useId } from 'react';
import { Button } from '../components/button';
import { Modal } from '../components/modal';
import { type Filters, NO_FILTERS, useView } from '../shell/view';
import styles from './filter-form.module.css';

interface FilterFormProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** The sessions that are loaded, whose components and users are suggested. */
  readonly loaded: readonly Session[];
}

/** All filters of the list. They apply together. */
export function FilterForm({ isOpen, onClose, loaded }: FilterFormProps) {
  const [{ filters }, changeView] = useView();
  const apply = (changed: Filters) => {
    changeView({ filters: changed });
    onClose();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    const text = (name: string) => String(values.get(name) ?? '').trim();
    const metadata = text('metadata')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.includes('='));
    const { name } = filters;
    const [type, component, user] = [text('type'), text('component'), text('user')];
    apply({ name, type, component, user, from: text('from'), to: text('to'), metadata });
  };
  return (
    <Modal title="Filter sessions" isOpen={isOpen} onClose={onClose}>
      <form className={styles['form']} onSubmit={submit}>
        <Field label="Type">
          {(id) => (
            <select id={id} name="type" defaultValue={filters.type}>
              <option value="">all</option>
              <option value="agent">agents</option>
              <option value="team">teams</option>
              <option value="workflow">workflows</option>
            </select>
          )}
        </Field>
        <Suggested label="Component" name="component" value={filters.component} values={loaded.map(componentOf)} />
        <Suggested label="User" name="user" value={filters.user} values={loaded.map(({ user_id }) => user_id)} />
        <div className={styles['pair']}>
          <Field label="Created from">
            {(id) => <input id={id} name="from" type="date" defaultValue={filters.from} />}
          </Field>
          <Field label="until">{(id) => <input id={id} name="to" type="date" defaultValue={filters.to} />}</Field>
        </div>
        <Field label="Metadata, one key=value per line">
          {(id) => (
            <textarea
              id={id}
              name="metadata"
              rows={2}
              spellCheck={false}
              placeholder="plan=pro"
              defaultValue={filters.metadata.join('\n')}
            />
          )}
        </Field>
        <div className={styles['buttons']}>
          <Button onClick={() => apply(NO_FILTERS)}>Remove all filters</Button>
          <Button kind="primary" type="submit">
            Show sessions
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Field({ label, children }: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}

interface SuggestedProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly values: readonly (string | null | undefined)[];
}

/** A text field that suggests the values of the sessions in the list. */
function Suggested({ label, name, value, values }: SuggestedProps) {
  const listId = useId();
  const distinct = [...new Set(values)].filter((item) => typeof item === 'string').sort();
  return (
    <Field label={label}>
      {(id) => (
        <>
          <input id={id} name={name} list={listId} defaultValue={value} autoComplete="off" spellCheck={false} />
          <datalist id={listId}>
            {distinct.map((item) => (
              <option key={item} value={item} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

function componentOf({ agent_id, team_id, workflow_id }: Session): string | null | undefined {
  return agent_id ?? team_id ?? workflow_id;
}
