export * from './cooperative.js';
export * from './cursor.js';
export * from './member-names.js';
export * from './python-format.js';
export * from './raw-json.js';
export {
  isNonFinite,
  JsonLimitExceeded,
  JsonSyntaxError,
  type ReaderLimits,
  type ReadJson,
  readJson,
} from './reader.js';
export { type JsonPath, rewritten } from './rewrite.js';
export * from './shortened.js';
export { JsonTokens } from './tokens.js';
export * from './writer.js';
