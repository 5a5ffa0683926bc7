export * from './cooperative.js';
export * from './cursor.js';
export {
  isNonFinite,
  JsonLimitExceeded,
  JsonSyntaxError,
  type ParsedJson,
  readJson,
} from './json-reader.js';
export * from './json-writer.js';
export { mergePatch } from './merge-patch.js';
export * from './python-format.js';
export * from './raw-json.js';
export { type JsonPath, rewriteStrings, withoutNonFinite } from './rewrite.js';
export * from './shortened.js';
export { JsonTokenizer } from './tokenizer.js';
