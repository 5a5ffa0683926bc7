import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { DsnError, type DsnParameters } from './dsn-parameters.js';
import type { PoolTarget } from './pool-target.js';

type TlsOptions = Pick<PoolTarget, 'ssl' | 'tlsIfOffered' | 'sslnegotiation' | 'enableChannelBinding'>;

/**
 * TLS options for libpq's sslmode: disable; allow and prefer (encrypt if the server supports it, see `withOfferedTls`);
 * require (encrypt, verify only with an sslrootcert); verify-ca; verify-full. Without sslrootcert, verify-full trusts
 * Node's public authorities, while libpq requires a root.crt. Unix sockets are never encrypted.
 * https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export function tlsOptions(parameters: DsnParameters, host: string): TlsOptions {
  const mode = sslMode(parameters);
  if (mode === 'disable' || host.startsWith('/')) return { ssl: false, tlsIfOffered: false };
  if (mode === 'allow' || mode === 'prefer') return { ssl: false, tlsIfOffered: true };
  return {
    ssl: { ...verification(mode, parameters), ...clientCertificate(parameters), ...minimumVersion(parameters) },
    tlsIfOffered: false,
    ...(parameters.get('sslnegotiation') === 'direct' && { sslnegotiation: 'direct' }),
    ...(parameters.get('channel_binding') === 'require' && { enableChannelBinding: true }),
  };
}

type SslMode = (typeof SSLMODES)[number];
const SSLMODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

function sslMode(parameters: DsnParameters): SslMode {
  const isSystemTrust = parameters.get('sslrootcert') === 'system';
  const needsTls = parameters.get('sslnegotiation') === 'direct' || parameters.get('channel_binding') === 'require';
  const fallback = isSystemTrust ? 'verify-full' : needsTls ? 'require' : 'prefer';
  // asyncpg and node-postgres also accept `ssl`.
  const value = parameters.get('sslmode') ?? parameters.get('ssl') ?? fallback;
  const mode = SSLMODES.find((known) => known === (SSLMODE_ALIASES.get(value) ?? value));
  if (mode === undefined) throw new DsnError(`sslmode must be one of ${SSLMODES.join(', ')}`);
  if (isSystemTrust && mode !== 'verify-full') throw new DsnError('sslrootcert=system needs sslmode=verify-full');
  if (needsTls && SSLMODES.indexOf(mode) < SSLMODES.indexOf('require')) {
    throw new DsnError('sslnegotiation=direct and channel_binding=require need sslmode=require or stronger');
  }
  return mode;
}

function verification(mode: SslMode, parameters: DsnParameters): ConnectionOptions {
  const file = parameters.get('sslrootcert');
  const ca = file === undefined || file === 'system' ? undefined : readPem(file, 'sslrootcert');
  if (mode === 'verify-full') return ca === undefined ? {} : { ca };
  if (ca !== undefined) return { ca, checkServerIdentity: () => undefined };
  if (mode === 'require') return { rejectUnauthorized: false };
  throw new DsnError('sslmode=verify-ca needs sslrootcert: without it, any public authority would be trusted');
}

function clientCertificate(parameters: DsnParameters): ConnectionOptions {
  const certificateFile = parameters.get('sslcert');
  const keyFile = parameters.get('sslkey');
  const passphrase = parameters.get('sslpassword');
  if (certificateFile === undefined && keyFile === undefined) return {};
  if (certificateFile === undefined || keyFile === undefined)
    throw new DsnError('sslcert and sslkey must be set together');
  return {
    cert: readPem(certificateFile, 'sslcert'),
    key: readPem(keyFile, 'sslkey'),
    ...(passphrase !== undefined && { passphrase }),
  };
}

function minimumVersion(parameters: DsnParameters): ConnectionOptions {
  const value = parameters.get('ssl_min_protocol_version');
  if (value === undefined) return {};
  const version = TLS_VERSIONS.find((known) => known.toLowerCase() === value.toLowerCase());
  if (version === undefined) throw new DsnError(`ssl_min_protocol_version must be one of ${TLS_VERSIONS.join(', ')}`);
  return { minVersion: version };
}

function readPem(file: string, keyword: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : 'unreadable';
    throw new DsnError(`the file of ${keyword} cannot be read (${reason})`);
  }
}

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
const SSLMODE_ALIASES = new Map([
  ['true', 'require'],
  ['1', 'require'],
  ['no-verify', 'require'],
  ['false', 'disable'],
  ['0', 'disable'],
]);

/**
 * Resolves sslmode allow and prefer, which pg does not implement: if the server supports TLS, returns the target with
 * TLS (unverified, as in libpq), else the same target. Unlike libpq, does not retry without TLS when the server rejects
 * the encrypted session: such a DSN needs sslmode=disable.
 *
 * @throws the network's error when the server cannot be reached within `timeoutMs`, or responds with neither S nor N
 */
export async function withOfferedTls(target: PoolTarget, timeoutMs: number): Promise<PoolTarget> {
  if (!target.tlsIfOffered) return target;
  const response = await requestTls(target, timeoutMs);
  if (response === 'N') return target;
  // A server that rejects the request sends an error message, which starts with E.
  if (response !== 'S') throw new Error('the server does not say whether it supports TLS');
  return { ...target, ssl: { rejectUnauthorized: false } };
}

/**
 * Asks a server whether it supports TLS, and disconnects. The server responds before authentication, even when all its
 * connection slots are in use. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 *
 * @returns `S` if it does, `N` if not; another letter is the start of an error message
 * @throws the network's error when the server cannot be reached within `timeoutMs`
 */
export async function requestTls({ host, port }: PoolTarget, timeoutMs: number): Promise<string> {
  const address = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const socket = connect({ ...address, timeout: timeoutMs });
  try {
    return await exchange(socket, SSL_REQUEST);
  } finally {
    socket.destroy();
  }
}

function exchange(socket: Socket, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => socket.write(request));
    socket.once('data', (response) => resolve(response.toString('latin1', 0, 1)));
    socket.once('timeout', () => reject(new Error('timeout expired')));
    // Not `once`: an error event without a listener ends the process.
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
  });
}

/** SSLRequest: length 8, then the request code (1234, 5679). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
