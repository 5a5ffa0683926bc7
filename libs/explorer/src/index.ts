export { ExplorerModule } from './explorer.module.js';
export { type ExplorerFile, loadExplorerFiles } from './explorer-files.js';
export type { ExplorerOptions } from './explorer-options.js';
export { mountExplorer } from './mount-explorer.js';
