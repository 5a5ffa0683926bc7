export { reprintIsoDatetime } from './python-datetime.js';
export * from './timestamp.js';
