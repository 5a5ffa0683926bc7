export * from './errors/http-problem.js';
export * from './json/python-text.js';
export * from './json/raw-json.js';
