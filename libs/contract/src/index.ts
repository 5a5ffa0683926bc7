export { bodyTooLarge, type ReceivedBody } from './body.js';
export type { ConversationParts } from './conversation/conversation-entry.js';
export type { RunWalk } from './conversation/group-walk.js';
export { writeMessagePage } from './conversation/message-page.js';
export type { ConversationContext, PositionedRun, StoredRunLookup } from './conversation/run-conversation.js';
export {
  HttpProblem,
  insufficientPermissions,
  invalidSignature,
  invalidToken,
  problem,
  tokenExpired,
} from './http-problem.js';
export { type MergeableSession, mergedSession } from './merged-session.js';
export { decodePercent } from './query-parameters.js';
export { type CreateSession, idTooLong, parseCreateSession } from './requests/create-session.request.js';
export {
  type DeleteSession,
  type DeleteSessions,
  parseDeleteSession,
  parseDeleteSessions,
} from './requests/delete-sessions.request.js';
export type {
  ComparisonOperator,
  FilterComparison,
  FilterExpression,
  FilterField,
  FilterValue,
} from './requests/filter-expression.js';
export { type GetMessages, invalidMessageCursor, parseGetMessages } from './requests/get-messages.request.js';
export {
  type GetRuns,
  invalidRunCursor,
  parseGetRunPreviews,
  parseGetRuns,
  type RunsPageAfter,
  type RunsPageNumber,
} from './requests/get-runs.request.js';
export {
  checkGetMedia,
  type GetRun,
  type GetSession,
  parseGetRun,
  parseGetSession,
} from './requests/get-session.request.js';
export { type GetUsage, MAX_USAGE_DAYS, parseGetUsage, type UsageGroup } from './requests/get-usage.request.js';
export { type IfMatch, parseIfMatch } from './requests/if-match.js';
export { type IfNoneMatch, parseIfNoneMatch } from './requests/if-none-match.js';
export { digestOf, encodeCursor, type ListCursor, type ListPosition } from './requests/list-cursor.js';
export {
  invalidCursor,
  isCursorColumn,
  type ListSessions,
  parseListSessions,
} from './requests/list-sessions.request.js';
export { encodeMessageCursor, type MessageCursor } from './requests/message-cursor.js';
export { parseRenameSession, type RenameSession } from './requests/rename-session.request.js';
export {
  type ColumnEntry,
  decodeRunCursor,
  encodeRunCursor,
  MAX_POSITION_ENTRIES,
  RUN_ORDERS,
  type RunCursor,
  type RunLayout,
  type RunOrder,
  type RunPosition,
  type TableKey,
} from './requests/run-cursor.js';
export { parseSearchSessions } from './requests/search-sessions.request.js';
export { sessionIdOf } from './requests/session-id.js';
export { parseUpdateSession, type UpdateSession } from './requests/update-session.request.js';
export { MAX_TITLE_LENGTH } from './responses/derived-title.js';
export { type EditableSession, writeEditableSession } from './responses/editable-session.js';
export { InvalidFields, type OnInvalidField } from './responses/invalid-fields.js';
export {
  type Component,
  componentList,
  type OsAuthentication,
  osConfig,
  osInfo,
  RESOURCE_OF,
} from './responses/os-description.js';
export type { RunKind } from './responses/run-fields.js';
export {
  inheritedSdkLabel,
  listedRunKind,
  ownRunKind,
  runOf,
  runStatus,
  writeRun,
  writeRunPreview,
} from './responses/run-response.js';
export { writeSessionDetail } from './responses/session-detail.js';
export { type SessionSource, writeSessionList } from './responses/session-list.js';
export {
  MAX_TOKEN_SESSIONS,
  printSessionUsage,
  type SessionUsage,
  type UsageRow,
} from './responses/session-usage.js';
export { hasStatus, isCreatedWithin } from './responses/visible-runs.js';
export { unstorableCharacter } from './storable.js';
export {
  effectiveType,
  type ListedSession,
  type Run,
  type RunSource,
  type SessionType,
  type StoredSession,
} from './stored-session.js';
export {
  ALL_COMPONENTS,
  type ComponentResource,
  type ReadableComponents,
  readableComponents,
  STANDALONE_ROUTES,
} from './token/component-scopes.js';
export { ADMIN_SCOPE, grants, requiredScope, scopesOf } from './token/scopes.js';
export {
  type ClaimRules,
  checkAudienceAndIssuer,
  readClaims,
  SERVICE_ACCOUNT_PREFIX,
  subjectOf,
  type TokenClaims,
} from './token/token-claims.js';
export {
  cookieToken,
  headerToken,
  missingTokenMessage,
  readToken,
  TOKEN_SOURCES,
  type TokenSource,
  type UnverifiedToken,
} from './token/unverified-token.js';
