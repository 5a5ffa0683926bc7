/** A body that AgentOS's `POST /traces/search` or our `POST /sessions/search` rejects. */
export interface InvalidSearch {
  readonly name: string;
  readonly body: string;
  /** The start of our 400's detail where AgentOS responds differently on purpose; else both responses are equal. */
  readonly ours?: string;
}

const LEAF = '{"op":"EQ","key":"user_id","value":"a"}';
const nested = (levels: number) => `${'{"op":"NOT","condition":'.repeat(levels)}${LEAF}${'}'.repeat(levels)}`;
const nestedLists = (levels: number) => `${'{"op":"AND","conditions":['.repeat(levels)}${LEAF}${']}'.repeat(levels)}`;

const COMPARISONS = ['EQ', 'NEQ', 'GT', 'GTE', 'LT', 'LTE', 'CONTAINS', 'STARTSWITH'];

/** Filters to which both sides respond in the same words. */
const FILTERS: Readonly<Record<string, string>> = {
  'an unknown operator': '{"op":"LIKE","key":"user_id","value":"a%"}',
  'an operator in lower case': '{"op":"eq","key":"user_id","value":"a"}',
  'an empty operator': '{"op":""}',
  'an operator with quotes': '{"op":"it\'s \\"x\\""}',
  'an operator that is not ASCII': '{"op":"ü🙂\\n"}',
  'no operator': '{"key":"user_id","value":"a"}',
  'no operator, with values of every type': '{"a":[1,1.0,1e5,"x\'y",null,true,{"b":{}}],"ü":"\\n"}',
  'an operator null': '{"op":null}',
  'a number as operator': '{"op":1.0}',
  'a boolean as operator': '{"op":true}',
  'a list as operator': '{"op":["EQ",1]}',
  'an object as operator': '{"op":{"a":null}}',
  'IN without values': '{"op":"IN","key":"user_id"}',
  'IN with value': '{"op":"IN","key":"user_id","value":["a"]}',
  'IN without key': '{"op":"IN","values":["a"]}',
  'AND without conditions': '{"op":"AND"}',
  'OR without conditions': '{"op":"OR","condition":{}}',
  'NOT without condition': '{"op":"NOT","conditions":[]}',
  'a condition that is a string': '{"op":"AND","conditions":["a"]}',
  'a condition that is a number': '{"op":"OR","conditions":[1.50]}',
  'a condition that is a list': '{"op":"AND","conditions":[[{"op":"EQ"}]]}',
  'a condition without operator': `{"op":"AND","conditions":[${LEAF},{}]}`,
  'an unknown operator within': `{"op":"AND","conditions":[${LEAF},{"op":"NOT","condition":{"op":"XOR"}}]}`,
  'a negated null': '{"op":"NOT","condition":null}',
  'a negated list': '{"op":"NOT","condition":[null,true,"it\'s"]}',
  'a negated string': '{"op":"NOT","condition":"x"}',
  '11 levels of NOT': nested(11),
  '11 levels of AND': nestedLists(11),
  '30 levels of NOT': nested(30),
  ...Object.fromEntries(COMPARISONS.map((op) => [`${op} without value`, `{"op":"${op}","key":"user_id"}`])),
  ...Object.fromEntries(COMPARISONS.map((op) => [`${op} without key`, `{"op":"${op}","value":1}`])),
};

/** Whole bodies to which both sides respond in the same words. */
const BODIES: Readonly<Record<string, string>> = {
  'no JSON': '{"filter":',
  'a list': '[]',
  null: 'null',
  'a string': '"x"',
  'a filter that is a list': '{"filter":[]}',
  'a filter that is a string': '{"filter":"x"}',
  'a filter that is a number': '{"filter":1.0}',
  'limit 0': '{"limit":0}',
  'a negative page': '{"page":-1}',
  'a limit with a fraction': '{"limit":1.5}',
  'a limit beyond 64 bits as float': '{"limit":1e30}',
  'a limit of 5,000 digits': `{"limit":"${'9'.repeat(5_000)}"}`,
  'a limit with a fraction as string': '{"limit":"1.5"}',
  'a limit that is false': '{"limit":false}',
  'a limit that is a word': '{"limit":"many"}',
  'a limit that is a list': '{"limit":[1]}',
  'a page that is a word': '{"page":""}',
  'several invalid members': '{"filter":5,"page":"x","limit":{}}',
};

/**
 * Filters to which AgentOS responds differently: it validates only the structure, and responds 200 without traces where its
 * conversion to SQL fails; it responds 500 where a list is expected.
 */
const DEVIATIONS: Readonly<Record<string, readonly [filter: string, ours: string]>> = {
  'an unknown key': [
    '{"op":"EQ","key":"nope","value":1}',
    "Invalid filter field: 'nope'. Allowed: ['agent_data.<key>', ",
  ],
  'a key of traces': ['{"op":"EQ","key":"trace_id","value":1}', "Invalid filter field: 'trace_id'. Allowed: ["],
  'a key null': ['{"op":"EQ","key":null,"value":1}', "EQ filter requires 'key' and 'value' fields. Got: {'op': 'EQ', "],
  'a key that is a number': ['{"op":"EQ","key":5,"value":1}', "Invalid filter field: '5'. Allowed: ["],
  'a value null': [
    '{"op":"GT","key":"user_id","value":null}',
    "GT filter requires 'key' and 'value' fields. Got: {'op': ",
  ],
  'a value that is a list': [
    '{"op":"EQ","key":"user_id","value":[1]}',
    'EQ compares with a string, number or boolean. Got: ',
  ],
  'values null': [
    '{"op":"IN","key":"user_id","values":null}',
    "IN filter requires 'key' and 'values' fields. Got: {'op': ",
  ],
  'values that are a string': [
    '{"op":"IN","key":"user_id","values":"ab"}',
    "IN filter requires 'key' and 'values' fields. Got: ",
  ],
  'conditions empty': ['{"op":"AND","conditions":[]}', "AND filter requires 'conditions' field. Got: {'op': 'AND', "],
  'conditions null': ['{"op":"OR","conditions":null}', "OR filter requires 'conditions' field. Got: {'op': 'OR', "],
  'conditions that are a number': [
    '{"op":"AND","conditions":5}',
    "AND filter requires 'conditions' field. Got: {'op': ",
  ],
  'conditions that are an object': [
    `{"op":"AND","conditions":${LEAF}}`,
    "AND filter requires 'conditions' field. Got: ",
  ],
  'conditions that are a string': ['{"op":"AND","conditions":"ab"}', "AND filter requires 'conditions' field. Got: "],
  'a time that is none': [
    '{"op":"GT","key":"created_at","value":"soon"}',
    "'created_at' compares with Unix seconds or an ISO ",
  ],
};

export const INVALID_SEARCHES: readonly InvalidSearch[] = [
  ...Object.entries(FILTERS).map(([name, filter]) => ({ name, body: `{"filter":${filter}}` })),
  ...Object.entries(BODIES).map(([name, body]) => ({ name: `body: ${name}`, body })),
  ...Object.entries(DEVIATIONS).map(([name, [filter, ours]]) => ({ name, body: `{"filter":${filter}}`, ours })),
];
