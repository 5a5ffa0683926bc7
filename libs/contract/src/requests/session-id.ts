import { QueryString } from '../query-parameters.js';

/** The path segment of a request whose session id is in the query. */
const ID_IN_QUERY = '-';

/**
 * The id of the session that a request names: that of its path or, if that is `-`, the query parameter `id`. An id that contains a
 * slash, is empty, `.` or `..` cannot be in a path: AgentOS decodes `%2F` before routing, and clients remove dot segments.
 *
 * @param pathId the decoded segment of the path
 */
export function sessionIdOf(pathId: string, rawQuery: string): string {
  if (pathId !== ID_IN_QUERY) return pathId;
  return new QueryString(rawQuery).last('id') ?? pathId;
}
