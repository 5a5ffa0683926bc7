import type { Message } from '../api/messages';
import { objectOf, objectsOf, printed, type StoredObject, textOf } from '../api/stored-values';
import { JsonTree } from '../components/json-tree';
import { MessageText } from './message-text';
import styles from './run-outcome.module.css';

/** Why a run has not ended well, after its last message: what it waits for, or its error. Nothing for other messages. */
export function RunOutcome({ message }: { readonly message: Message }) {
  const { values, runStatus } = message;
  const error = values['error'];
  if (error !== undefined) {
    return (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls, and a section would be a landmark for each run.
      <div role="group" className={styles['error']} aria-label="Error of the run">
        <p className={styles['title']}>This run has failed</p>
        <div className={styles['reason']}>
          <MessageText text={printed(error)} isPlain />
        </div>
      </div>
    );
  }
  const waits = runStatus === 'PAUSED' ? waitsOf(values) : [];
  if (waits.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls, and a section would be a landmark for each run.
    <div role="group" className={styles['paused']} aria-label="Paused run">
      <p className={styles['title']}>This run is paused and waits for</p>
      <ul className={styles['waits']}>
        {waits.map(({ key, what, note, input }) => (
          <li key={key}>
            <p>{what}</p>
            {note !== undefined && <p className={styles['note']}>{note}</p>}
            {input !== undefined && <JsonTree text={input} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** One thing that a paused run needs before it goes on. */
interface Wait {
  readonly key: number;
  readonly what: string;
  readonly note: string | undefined;
  /** JSON of the arguments, or of the fields to fill in. */
  readonly input: string | undefined;
}

function waitsOf(values: StoredObject): readonly Wait[] {
  const requirements = objectsOf(values['requirements']);
  // Older versions of agno store no requirements: then the calls themselves tell.
  const calls =
    requirements.length > 0
      ? requirements.map(({ tool_execution }) => objectOf(tool_execution))
      : objectsOf(values['tools']);
  const steps = [...objectsOf(values['step_requirements']), ...objectsOf(values['error_requirements'])];
  const waits = [...calls.flatMap(waitOfCall), ...steps.map(waitOfStep)];
  if (waits.length === 0) waits.push({ what: waitOfWorkflow(values), note: undefined, input: undefined });
  return waits.map((wait, key) => ({ ...wait, key }));
}

function waitOfCall(call: StoredObject): readonly Omit<Wait, 'key'>[] {
  const name = shownName(call['tool_name']) ?? 'a tool';
  const input = printed(call['tool_args'] ?? {});
  const isDecided = call['confirmed'] === true || call['confirmed'] === false;
  if (call['requires_confirmation'] === true && !isDecided)
    return [{ what: `Confirmation of ${name}`, note: textOf(call['confirmation_note']), input }];
  if (call['external_execution_required'] === true)
    return [{ what: `The result of ${name}, which runs elsewhere`, note: undefined, input }];
  if (call['requires_user_input'] === true) {
    return [
      {
        what: `Input for ${name}`,
        note: undefined,
        input: printed(call['user_input_schema'] ?? call['tool_args'] ?? {}),
      },
    ];
  }
  return [];
}

function waitOfStep(step: StoredObject): Omit<Wait, 'key'> {
  const name = shownName(step['step_name']) ?? 'a step';
  const note = ['confirmation_message', 'user_input_message', 'output_review_message', 'error']
    .map((key) => textOf(step[key]))
    .find(Boolean);
  const schema = step['user_input_schema'];
  const what = step['requires_user_input'] === true ? `Input for ${name}` : `A decision about ${name}`;
  return { what, note, input: schema === undefined || schema === null ? undefined : printed(schema) };
}

function waitOfWorkflow(values: StoredObject): string {
  const step = shownName(values['paused_step_name']);
  return step === undefined ? 'Its client, which has to continue it' : `A decision about ${step}`;
}

const MAX_NAME_LENGTH = 100;

function shownName(value: unknown): string | undefined {
  const name = textOf(value);
  return name === undefined || name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`;
}
