import { scopesOf } from '@session-service/contract';
import {
  type Database,
  type Deadline,
  isMissingTable,
  isPermissionDenied,
  namedStatement,
  PermissionDenied,
  type Statement,
  type TableNames,
} from '@session-service/database';
import type { RawJson } from '@session-service/json';
import { qualifiedTables } from './table-names.js';

/** A machine identity that AgentOS manages, with the columns that authentication needs. */
export interface ServiceAccount {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Unix time in seconds; undefined if the account never expires. */
  readonly expiresAt: number | undefined;
  readonly isRevoked: boolean;
}

/** The service accounts in AgentOS's table of one database. */
export class ServiceAccountRepository {
  private readonly findByToken: Statement;
  private readonly touchById: Statement;

  constructor(
    private readonly database: Database,
    private readonly names: TableNames,
  ) {
    const { serviceAccounts } = qualifiedTables(names);
    this.findByToken = namedStatement(
      'find-service-account',
      `SELECT id, name, scopes, expires_at, revoked_at FROM ${serviceAccounts} WHERE token_hash = $1`,
    );
    this.touchById = namedStatement(
      'touch-service-account',
      `UPDATE ${serviceAccounts} SET last_used_at = $2 WHERE id = $1`,
    );
  }

  /**
   * Returns the account of a token, even if it is revoked or expired; `no-table` if AgentOS has not created the table.
   *
   * @param tokenHash SHA-256 of the token in hexadecimal
   * @throws PermissionDenied if the role may not read the table
   * @throws DatabaseOverloaded, so that token guessing cannot lengthen the connection queue
   */
  async find(tokenHash: string, deadline: Deadline): Promise<ServiceAccount | 'unknown' | 'no-table'> {
    this.database.rejectIfOverloaded();
    try {
      const [row] = await this.database.query<AccountRow>(this.findByToken, [tokenHash], deadline);
      return row === undefined ? 'unknown' : accountOf(row);
    } catch (error) {
      if (isMissingTable(error)) return 'no-table';
      if (!isPermissionDenied(error)) throw error;
      throw new PermissionDenied(this.database.id, error, `SELECT on ${this.names.schema}.agno_service_accounts`);
    }
  }

  /** Records the time of an account's last use. @param now Unix time in seconds */
  async touch(id: string, now: number, deadline: Deadline): Promise<void> {
    await this.database.query(this.touchById, [id, now], deadline);
  }
}

interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: RawJson;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

function accountOf({ id, name, scopes, expires_at, revoked_at }: AccountRow): ServiceAccount {
  return {
    id,
    name,
    scopes: scopesOf(scopes),
    expiresAt: expires_at === null ? undefined : Number(expires_at),
    isRevoked: revoked_at !== null,
  };
}
