import {
  EMPTY_STRING,
  isEmptyContainer,
  isPresent,
  MemberNames,
  membersOf,
  quote,
  type RawJson,
  type Steps,
} from '@session-service/json';
import { runInput, workflowRunInput } from '../responses/run-input.js';
import { ownRunKind } from '../responses/run-response.js';
import type { Run } from '../stored-session.js';
import { runStatusOf } from './run-members.js';
import { asString, type Members } from './tool-calls.js';

const USER = quote('user');
const ASSISTANT = quote('assistant');

const INPUT_MEDIA = [
  ['images', 'images'],
  ['audios', 'audio'],
  ['videos', 'videos'],
  ['files', 'files'],
] as const;
const INPUT_MEDIA_MEMBERS = new MemberNames(INPUT_MEDIA.map(([stored]) => stored));

/** Members of a run that are members of its answer. */
const ANSWER_MEMBERS = ['reasoning_content', 'images', 'audio', 'videos', 'files'];

/** The input of a run without messages as a message of the user; undefined if it has none. */
export function* questionOf(run: Run): Steps<Members | undefined> {
  // Without an input of its own, a workflow has the question of its first step, which the response may not show.
  if (!isPresent(run.get('input')) || hasOnlyBegun(run)) return undefined;
  const valueOrSteps = ownRunKind(run) === 'workflow' ? workflowRunInput(run) : runInput(run);
  const input = typeof valueOrSteps === 'object' ? yield* valueOrSteps : valueOrSteps;
  const question = new Map<string, RawJson>([['role', USER]]);
  setMember(question, 'content', asString(input));
  const media = membersOf(run.get('input'), INPUT_MEDIA_MEMBERS);
  for (const [stored, name] of INPUT_MEDIA) setMember(question, name, media.get(stored));
  return question.size === 1 ? undefined : question;
}

/** The content of a run without messages as a message of the assistant; undefined if it has none. */
export function answerOf(run: Run): Members | undefined {
  if (hasOnlyBegun(run)) return undefined;
  const answer = new Map<string, RawJson>([['role', ASSISTANT]]);
  const content = run.get('content');
  setMember(answer, 'content', isPresent(content) ? asString(content) : undefined);
  for (const name of ANSWER_MEMBERS) setMember(answer, name, run.get(name));
  setMember(answer, 'audio_output', run.get('response_audio'));
  return answer.size === 1 ? undefined : answer;
}

/** AgentOS stores the messages of an agent's or team's run later, with ids of their own. */
function hasOnlyBegun(run: Run): boolean {
  const status = runStatusOf(run);
  return ownRunKind(run) !== 'workflow' && (status === 'PENDING' || status === 'RUNNING');
}

function setMember(message: Map<string, RawJson>, name: string, value: RawJson | undefined): void {
  const isEmpty = !isPresent(value) || value === EMPTY_STRING || isEmptyContainer(value);
  if (!isEmpty) message.set(name, value);
}
