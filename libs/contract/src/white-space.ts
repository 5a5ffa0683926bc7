/** Strips Unicode's White_Space: unlike `String.trim` it takes U+0085 and leaves U+FEFF. */
export function trimWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_SPACE.test(text.charAt(start))) start++;
  while (end > start && WHITE_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

const WHITE_SPACE = /\p{White_Space}/u;
