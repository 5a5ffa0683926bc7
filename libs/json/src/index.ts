export * from './cooperative.js';
export * from './cursor.js';
export * from './member-names.js';
export * from './python-format.js';
export * from './raw-json.js';
export {
  isNonFinite,
  JsonLimitExceeded,
  JsonSyntaxError,
  type ParsedJson,
  type ReaderLimits,
  readJson,
} from './reader.js';
export { type JsonPath, rewriteStrings } from './rewrite.js';
export * from './shortened.js';
export { JsonTokenizer } from './tokens.js';
export * from './writer.js';
