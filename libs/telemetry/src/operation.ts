/** What figures and spans call a statement: what stands before the first colon; the rest tells its variants apart. */
export function operationOf(statementName: string): string {
  const colon = statementName.indexOf(':');
  return colon === -1 ? statementName : statementName.slice(0, colon);
}
