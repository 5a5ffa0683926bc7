import { isEmptyContainer, isPresent, kindOf, MemberNames, membersOf, objectOf, type RawJson, TRUE } from '@agno/json';

/** What a message's metrics may hold, in the order in which they are printed. */
const METRIC_NAMES = [
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'audio_input_tokens',
  'audio_output_tokens',
  'audio_total_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'cost',
  'duration',
  'time_to_first_token',
  'provider_metrics',
];

const METRIC_MEMBERS = new MemberNames(METRIC_NAMES);

/**
 * The metrics of a message: known ones that are set, values untouched. A count of 0 is as good as none, a measured 0.0 is
 * kept. Undefined when nothing is left.
 */
export function reprintMetrics(raw: RawJson | undefined): RawJson | undefined {
  if (raw === undefined || kindOf(raw) !== 'object') return undefined;
  const members = membersOf(raw, METRIC_MEMBERS);
  const printed: [string, RawJson][] = [];
  for (const name of METRIC_NAMES) {
    const value = members.get(name);
    if (isPresent(value) && isSet(value)) printed.push([name, value]);
  }
  return printed.length === 0 ? undefined : objectOf(printed);
}

function isSet(value: RawJson): boolean {
  switch (kindOf(value)) {
    case 'number':
      return value !== '0' && value !== '-0';
    case 'boolean': // a bool is an int in Python
      return value === TRUE;
    case 'object':
      return !isEmptyContainer(value);
    default:
      return true;
  }
}
