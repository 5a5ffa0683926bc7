/** The boolean that pydantic reads from a query parameter, in any case of ASCII; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  if (TRUE_WORD.test(text)) return true;
  return FALSE_WORD.test(text) ? false : undefined;
}

const TRUE_WORD = /^(?:1|on|t|true|y|yes)$/i;
const FALSE_WORD = /^(?:0|off|f|false|n|no)$/i;
