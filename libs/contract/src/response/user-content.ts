import { EMPTY_STRING, isTruthy, MemberNames, objectsIn, type RawJson, type Steps } from '@agno/json';

const USER_MESSAGE_MEMBERS = new MemberNames(['role', 'content']);

/** The first truthy content of a user message; undefined where no user message has one. */
export function* firstUserContent(messages: RawJson | undefined): Steps<RawJson | undefined> {
  for (const message of objectsIn(messages, USER_MESSAGE_MEMBERS)) {
    const content = message?.get('content');
    if (message?.get('role') === '"user"' && isTruthy(content)) return content;
    yield;
  }
  return undefined;
}

/** The content of the last user message, `""` when it has none; undefined where there is no user message. */
export function* lastUserContent(messages: RawJson | undefined): Steps<RawJson | undefined> {
  let last: RawJson | undefined;
  for (const message of objectsIn(messages, USER_MESSAGE_MEMBERS)) {
    if (message?.get('role') === '"user"') last = message.get('content') ?? EMPTY_STRING;
    yield;
  }
  return last;
}
