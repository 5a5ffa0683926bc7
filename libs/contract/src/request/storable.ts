import { quote, type RawJson } from '../json/raw-json.js';
import { cleanText } from './clean-text.js';
import type { Loc, Report } from './issues.js';
import { isNonFinite } from './json-number.js';
import { isArray, isObject, type JsonNode, type JsonObject, stringOf } from './json-tree.js';
import { hasNul, notFinite, notUnicode } from './our-issues.js';

/**
 * A value as it may be stored in a jsonb column: strings cleaned at every depth, keys left alone. Reports the first thing
 * that cannot be stored: NaN or Infinity, half of a surrogate pair, NUL in a key.
 */
export function storableNode(node: JsonNode, loc: Loc, report: Report): JsonNode {
  return new Cleaner([...loc], report).clean(node);
}

/** A text that may be stored: cleaned, and without halves of surrogate pairs. */
export function storableText(text: string, loc: Loc, report: Report): string {
  if (!text.isWellFormed()) report(notUnicode([...loc], quote(text)));
  return cleanText(text);
}

/** Reports what keeps a text that must not be changed, an id or a key, from being stored. */
export function checkStorable(text: string, loc: Loc, report: Report): void {
  if (text.includes('\0')) report(hasNul([...loc], quote(text)));
  else if (!text.isWellFormed()) report(notUnicode([...loc], quote(text)));
}

class Cleaner {
  private foundFault = false;
  private readonly refuse: Report;

  constructor(
    /** Where the walk is; copied only for a report, so that deep bodies stay cheap. */
    private readonly path: (string | number)[],
    report: Report,
  ) {
    this.refuse = (issue) => {
      this.foundFault = true;
      report(issue);
    };
  }

  clean(node: JsonNode): JsonNode {
    if (this.foundFault) return node;
    if (isArray(node)) return node.map((item, index) => this.below(index, item));
    if (isObject(node)) return this.object(node);
    if (isNonFinite(node)) this.refuse(notFinite([...this.path], node));
    const text = stringOf(node);
    return text === undefined ? node : this.string(text, node);
  }

  private object(members: JsonObject): JsonObject {
    const cleaned = new Map<string, JsonNode>();
    for (const [key, value] of members) {
      this.path.push(key, '[key]');
      checkStorable(key, this.path, this.refuse);
      this.path.length -= 2;
      cleaned.set(key, this.below(key, value));
    }
    return cleaned;
  }

  private string(text: string, raw: RawJson): RawJson {
    const cleaned = storableText(text, this.path, this.refuse);
    return cleaned === text ? raw : quote(cleaned);
  }

  private below(step: string | number, node: JsonNode): JsonNode {
    this.path.push(step);
    const cleaned = this.clean(node);
    this.path.pop();
    return cleaned;
  }
}
