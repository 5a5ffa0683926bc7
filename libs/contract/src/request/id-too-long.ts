import { quote } from '@agno/json';
import { type HttpProblem, unprocessable } from '../errors/http-problem.js';
import { invalidValue } from './our-issues.js';

/**
 * 422 for an id of a create request that does not fit into an index of the tables. PostgreSQL decides (SQLSTATE 54000,
 * program_limit_exceeded): it compresses ids, so that one of 100,000 equal letters fits and one of 2,693 random ones does not.
 */
export function idTooLong(name: string, id: string): HttpProblem {
  return unprocessable([invalidValue(['body', name], 'id is too long for the index of its table', quote(id))]);
}
