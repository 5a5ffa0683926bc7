export { StandaloneModule } from './standalone.module.js';
export type { StandaloneOptions } from './standalone-options.js';
