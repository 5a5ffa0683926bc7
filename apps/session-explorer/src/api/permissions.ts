/** What the caller may do with sessions besides reading them. What is false is not offered. */
export interface Permissions {
  /** Rename sessions, change their metadata and state. */
  readonly mayWrite: boolean;
  readonly mayDelete: boolean;
}

/** The permissions of scopes. @param scopes null: none limit the caller, as for administrators */
export function permissionsOf(scopes: readonly string[] | null): Permissions {
  const may = (action: string) =>
    scopes === null ||
    [`sessions:${action}`, `sessions:*:${action}`, `sessions::${action}`].some((scope) => scopes.includes(scope));
  return { mayWrite: may('write'), mayDelete: may('delete') };
}
