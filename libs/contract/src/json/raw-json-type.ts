/**
 * The text of one JSON value, exactly as PostgreSQL stores it or a client sent it.
 *
 * Stored JSON is never parsed into JavaScript values on its way to a client: `1.0` would become `1`,
 * 9007199254740993 would lose its last digit and `"__proto__"` its meaning. It is cut into slices and
 * spliced into the answer instead. No space stands before or after the value. The brand keeps such text apart from ordinary strings.
 */
export type RawJson = string & { readonly [rawJson]: true };
declare const rawJson: unique symbol;
