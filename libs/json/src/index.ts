export * from './cooperative.js';
export * from './cursor.js';
export * from './python-format.js';
export * from './raw-json.js';
export * from './reader.js';
export * from './rewrite.js';
export * from './shortened.js';
export * from './writer.js';
