/**
 * Characters that AgentOS takes out of stored texts: PostgreSQL cannot hold NUL, and the other control characters and
 * noncharacters go with it. Tab, line feed, carriage return and DEL stay.
 */
export function cleanString(text: string): string {
  return text.replace(CLEANED_CHARACTERS, '');
}

/** Whether PostgreSQL can hold the text as it is: an id is never cleaned, since a changed id is another one. */
export function isStorableId(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

const CLEANED_CHARACTERS = /[^\t\n\r -\ufffd]/g;
