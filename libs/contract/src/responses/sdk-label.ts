import {
  EMPTY_ARRAY,
  EMPTY_OBJECT,
  EMPTY_STRING,
  isTruthy,
  kindOf,
  MemberNames,
  membersOf,
  objectOf,
  type RawJson,
  withMember,
} from '@session-service/json';

const LABEL_MEMBERS = new MemberNames(['sdk', 'framework']);

/**
 * The label of an external agent's SDK: `sdk`, or `framework` if `sdk` is falsy in Python. Undefined unless it is a
 * non-empty string.
 */
export function sdkLabel(sdk: RawJson | null | undefined, framework: RawJson | null | undefined): RawJson | undefined {
  const label = isTruthy(sdk) ? sdk : framework;
  return label && kindOf(label) === 'string' && isTruthy(label) ? label : undefined;
}

/** The SDK label in a stored `agent_data`. */
export function agentDataSdkLabel(agentData: RawJson | null): RawJson | undefined {
  const members = membersOf(agentData, LABEL_MEMBERS);
  return sdkLabel(members.get('sdk'), members.get('framework'));
}

/**
 * Sets the key `sdk` of the metadata to the label: replaces an existing value in its position, and creates absent or
 * empty metadata. Without a label, an empty list or string becomes `{}`, as in Python's `dict()`.
 */
export function withSdkLabel(metadata: RawJson | null | undefined, label: RawJson | undefined): RawJson | undefined {
  const stored = metadata ?? undefined;
  if (label === undefined) return stored === EMPTY_ARRAY || stored === EMPTY_STRING ? EMPTY_OBJECT : stored;
  if (!isTruthy(stored)) return objectOf([['sdk', label]]);
  return kindOf(stored) === 'object' ? withMember(stored, 'sdk', label) : stored;
}
