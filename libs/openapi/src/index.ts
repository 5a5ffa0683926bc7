export * from './mount-docs.js';
export * from './session-api-document.js';
