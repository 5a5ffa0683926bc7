/** Control characters other than line breaks and tabs, those that reorder text, and halves of surrogate pairs. */
const HIDDEN = /[\p{Cc}--[\n\t]]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/gv;

/** The text with escapes in place of characters that nobody sees, or that show the text in another order. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
