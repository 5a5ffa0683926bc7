import type { Layout } from '../../libs/storage/src/layout.js';

/** The layout of a database that only agno 3.x has used, for statements that are built without a service. */
export const V3_LAYOUT: Layout = {
  hasSessions: true,
  hasRunsColumn: false,
  hasRunsTable: true,
  canCacheCounts: true,
  hasRowVersions: true,
  cascade: [],
  keepsResults: false,
  missingRights: '',
  columns: new Map(),
  indexedColumns: new Set(),
  hasMetadataIndex: false,
  hasJsonText: false,
  signature: '',
};
