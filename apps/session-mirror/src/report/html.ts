/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

type TemplateValue = Html | string | number | readonly Html[];

/** A template of HTML: everything put into it is escaped, unless it is HTML made by this very function. */
export function html(fixed: TemplateStringsArray, ...parts: readonly TemplateValue[]): Html {
  return new Html(fixed.reduce((text, next, at) => text + renderValue(parts[at - 1]) + next));
}

function renderValue(part: TemplateValue | undefined): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escapeHtml(String(part));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
