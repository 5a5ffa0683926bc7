import type { AccountRow } from '../../support/service-account-rows.js';
import { HMAC_SECRET, hs256Token, secondsFromNow } from '../../support/signed-tokens.js';
import { invalidTokens, unusualTokens } from './invalid-tokens.js';

/** An authentication mode, with the configuration that makes both sides use it. */
export interface AuthMode {
  readonly name: string;
  /** Configuration and environment of the oracle, in addition to its databases. */
  readonly oracle: { readonly auth?: object; readonly env?: Readonly<Record<string, string>> };
  readonly ours: Readonly<Record<string, string>>;
  /** True when AgentOS has a table of service accounts. */
  readonly hasAccounts?: boolean;
  /** Callers as which every request of the suite is sent. */
  readonly callers: readonly TestCaller[];
  /** Further callers that send only the requests for components. */
  readonly componentCallers?: readonly TestCaller[];
  /** Callers that send only two requests. Created just before, because some tokens expire within seconds. */
  readonly briefCallers: () => readonly TestCaller[];
}

export type TestCaller = readonly [name: string, headers: Readonly<Record<string, string>>];

const KEYS = { verification_keys: [HMAC_SECRET], algorithm: 'HS256' };
const JWT = { JWT_VERIFICATION_KEY: HMAC_SECRET, JWT_ALGORITHM: 'HS256' };
const ALL = ['sessions:read', 'sessions:write', 'sessions:delete'];
const ADMIN = ['agent_os:admin'];

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const user = (name: string, claims: object): TestCaller => [name, bearer(hs256Token(claims))];

/** Callers with a valid credential: spellings of the header, a cookie, and headers that must be ignored. */
function spellings(credential: string): TestCaller[] {
  return [
    ['no header', {}],
    ['an empty header', { authorization: '' }],
    ['Bearer alone', { authorization: 'Bearer' }],
    ['Bearer and a space', { authorization: 'Bearer ' }],
    ['lower case', { authorization: `bearer ${credential}` }],
    ['upper case', { authorization: `BEARER ${credential}` }],
    ['spaces', { authorization: `Bearer    ${credential}  ` }],
    ['bare', { authorization: credential }],
    ['another scheme', { authorization: `Basic ${credential}` }],
    ['a tab', { authorization: `Bearer\t${credential}` }],
    ['a cookie', { cookie: `access_token=${credential}` }],
    ['method override', { ...bearer(credential), 'x-http-method-override': 'DELETE' }],
    ['a forwarded user', { 'x-user-id': 'ann', 'x-forwarded-user': 'ann' }],
  ];
}

const named = (pairs: readonly (readonly [string, string])[]): TestCaller[] =>
  pairs.map(([name, token]) => [name, bearer(token)]);

const PEOPLE: readonly TestCaller[] = [
  user('ann', { sub: 'ann', scopes: ALL }),
  user('bob', { sub: 'bob', scopes: ALL }),
  user('an unrelated user', { sub: 'zoe', scopes: ALL }),
  user('an admin', { sub: 'ann', scopes: ADMIN }),
  user('an admin without sub', { scopes: ADMIN }),
  user('no sub', { scopes: ALL }),
  user('an empty sub', { sub: '', scopes: ALL }),
];

const SCOPES: readonly TestCaller[] = [
  user('no scopes', { sub: 'ann' }),
  user('read only', { sub: 'ann', scopes: ['sessions:read'] }),
  user('write only', { sub: 'ann', scopes: ['sessions:write'] }),
  user('delete only', { sub: 'ann', scopes: ['sessions:delete'] }),
];

const UNUSUAL_SCOPES: readonly TestCaller[] = [
  'sessions:read',
  'sessions:read sessions:write',
  ['sessions:*:read'],
  ['sessions:mine:read'],
  ['sessions::read'],
  ['sessions:*'],
  ['*'],
  ['*:read'],
  ['SESSIONS:READ'],
  ['agents:read'],
  ['agent_os:*'],
  ['sessions:read', 7],
  ['agent_os:admin', null],
  [],
  null,
  {},
  7,
].map((scopes) => user(`scopes ${JSON.stringify(scopes)}`, { sub: 'ann', scopes }));

const COMPONENT_SCOPES: readonly TestCaller[] = [
  ['config:read'],
  ['system:read'],
  ['config:*:read'],
  ['system::read'],
  ['config:x:read'],
  ['system:write'],
  'agents:read',
  ['agents:*:read', 'teams::read'],
  ['agents:x:read', 'workflows:y:read', 'teams:z:run'],
  ['agents:x:y:read', 'agents', 'AGENTS:READ', 'agents:*', '*'],
  ['teams:read', 'workflows:read'],
  ['agents:run', 'agents:write', 'teams:delete'],
].map((scopes) => user(`scopes ${JSON.stringify(scopes)}`, { sub: 'ann', scopes }));

const PAT = 'agno_pat_';
export const ACCOUNT_ROWS: readonly AccountRow[] = [
  { name: 'reader', scopes: ['sessions:read'] },
  { name: 'writer', scopes: ALL },
  { name: 'boss', scopes: ADMIN },
  { name: 'bare', scopes: [] },
  { name: 'revoked', scopes: ALL, revokedAt: 1_760_000_000 },
  { name: 'expired', scopes: ALL, expiresAt: 1_760_000_000 },
  { name: 'ahead', scopes: ALL, expiresAt: secondsFromNow(86_400) },
];

const ACCOUNTS: readonly TestCaller[] = ACCOUNT_ROWS.map(({ name }) => [name, bearer(`${PAT}${name}`)]);

export const AUTH_MODES: readonly AuthMode[] = [
  {
    name: 'security key',
    oracle: { env: { OS_SECURITY_KEY: 'the-key' } },
    ours: { OS_SECURITY_KEY: 'the-key' },
    callers: [
      ['the key', bearer('the-key')],
      ['no key', {}],
    ],
    briefCallers: () => [
      ...spellings('the-key'),
      ...named([
        ['wrong', 'the-kez'],
        ['longer', 'the-keyy'],
        ['pat', `${PAT}x`],
      ]),
    ],
  },
  {
    name: 'tokens',
    oracle: { auth: { middleware: { ...KEYS, authorization: false, token_source: 'both' } } },
    ours: { ...JWT, JWT_TOKEN_SOURCE: 'both' },
    callers: [['no token', {}], ...PEOPLE.slice(0, 4), ...SCOPES.slice(0, 1)],
    briefCallers: () => [
      ...spellings(hs256Token({ sub: 'ann' })),
      ['both', { ...bearer(hs256Token({ sub: 'ann' })), cookie: 'access_token=x' }],
    ],
  },
  {
    name: 'tokens, scopes',
    oracle: { auth: { authorization: true, config: KEYS } },
    ours: { ...JWT, AGNO_AUTHORIZATION: 'true' },
    callers: [['no token', {}], ...PEOPLE, ...SCOPES],
    componentCallers: COMPONENT_SCOPES,
    briefCallers: () => [
      ...named(unusualTokens()),
      ...named(invalidTokens()),
      ...spellings(hs256Token({ sub: 'ann', scopes: ALL })),
      ...UNUSUAL_SCOPES,
    ],
  },
  {
    name: 'tokens, audience',
    oracle: {
      auth: { authorization: true, config: { ...KEYS, verify_audience: true, audience: 'us', admin_scope: 'root' } },
    },
    ours: { ...JWT, AGNO_AUTHORIZATION: 'true', JWT_AUDIENCE: 'us', AGNO_ADMIN_SCOPE: 'root' },
    callers: [
      user('ours', { sub: 'ann', scopes: ALL, aud: 'us' }),
      user('other', { sub: 'ann', scopes: ALL, aud: 'them' }),
    ],
    briefCallers: () =>
      [null, '', [], ['them', 'us'], ['them'], 7, {}, [null, 'us']].map((aud) =>
        user(`aud ${JSON.stringify(aud)}`, { sub: 'ann', scopes: ['root'], aud }),
      ),
  },
  {
    name: 'tokens, scopes, isolation',
    oracle: { auth: { authorization: true, config: { ...KEYS, user_isolation: true } } },
    ours: { ...JWT, AGNO_AUTHORIZATION: 'true', AGNO_USER_ISOLATION: 'true' },
    callers: [['no token', {}], ...PEOPLE, ...SCOPES],
    componentCallers: COMPONENT_SCOPES.slice(0, 2),
    briefCallers: () => named(invalidTokens().slice(-12)),
  },
  {
    name: 'service accounts',
    oracle: { auth: { authorization: true, service_accounts: true, config: KEYS } },
    ours: { ...JWT, AGNO_AUTHORIZATION: 'true' },
    hasAccounts: true,
    callers: ACCOUNTS,
    briefCallers: () =>
      named(Array.from({ length: 22 }, (_, index) => [`wrong ${index}`, `${PAT}wrong-${index}`] as const)),
  },
  {
    name: 'service accounts without authentication',
    oracle: { auth: { service_accounts: true } },
    ours: {},
    hasAccounts: true,
    callers: [],
    // In this mode AgentOS authenticates after routing and parsing; the service authenticates first in every mode.
    briefCallers: () => [['no credentials', {}], ...ACCOUNTS, ...named([['wrong', `${PAT}wrong`]])],
  },
];
