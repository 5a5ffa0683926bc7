/** The boolean that pydantic reads from a query parameter, in any case of ASCII; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  if (TRUE.test(text)) return true;
  return FALSE.test(text) ? false : undefined;
}

const TRUE = /^(?:1|on|t|true|y|yes)$/i;
const FALSE = /^(?:0|off|f|false|n|no)$/i;
