import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { DsnError, type DsnParameters } from './dsn-parameters.js';
import type { PoolTarget } from './pool-target.js';

type TlsOptions = Pick<PoolTarget, 'ssl' | 'tlsIfOffered' | 'sslnegotiation' | 'enableChannelBinding'>;

/**
 * libpq's sslmode: disable; allow and prefer (encrypt when the server offers it, see `withOfferedTls`); require
 * (encrypt, verify nothing unless there is an sslrootcert); verify-ca; verify-full. Without sslrootcert, verify-full
 * trusts the public authorities that Node knows, where libpq wants a root.crt. A Unix socket is never encrypted.
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
  // asyncpg and node-postgres know `ssl` beside, or instead of, `sslmode`.
  const text = parameters.get('sslmode') ?? parameters.get('ssl') ?? fallback;
  const mode = SSLMODES.find((known) => known === (SSLMODE_ALIASES.get(text) ?? text));
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
  throw new DsnError('sslmode=verify-ca needs sslrootcert: any public authority would do otherwise');
}

function clientCertificate(parameters: DsnParameters): ConnectionOptions {
  const certificateFile = parameters.get('sslcert');
  const keyFile = parameters.get('sslkey');
  const passphrase = parameters.get('sslpassword');
  if (certificateFile === undefined && keyFile === undefined) return {};
  if (certificateFile === undefined || keyFile === undefined) throw new DsnError('sslcert and sslkey go together');
  return {
    cert: readPem(certificateFile, 'sslcert'),
    key: readPem(keyFile, 'sslkey'),
    ...(passphrase !== undefined && { passphrase }),
  };
}

function minimumVersion(parameters: DsnParameters): ConnectionOptions {
  const text = parameters.get('ssl_min_protocol_version');
  if (text === undefined) return {};
  const version = TLS_VERSIONS.find((known) => known.toLowerCase() === text.toLowerCase());
  if (version === undefined) throw new DsnError(`ssl_min_protocol_version must be one of ${TLS_VERSIONS.join(', ')}`);
  return { minVersion: version };
}

function readPem(file: string, keyword: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : 'unreadable';
    throw new DsnError(`the file that ${keyword} names cannot be read (${reason})`);
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
 * Settles sslmode allow and prefer, which node-postgres cannot: asks the server whether it encrypts, and returns a
 * target with TLS (unverified, as libpq has it) when it does. Other targets come back as they are. Unlike libpq, a server
 * that encrypts but lets this user in only without TLS is not tried again: such a DSN needs sslmode=disable.
 *
 * @throws the network's error when the server cannot be reached within `timeoutMs`, or does not answer the question
 */
export async function withOfferedTls(target: PoolTarget, timeoutMs: number): Promise<PoolTarget> {
  if (!target.tlsIfOffered) return target;
  const answer = await requestTls(target, timeoutMs);
  if (answer === 'N') return target;
  // A server that cannot serve anybody says so in words.
  if (answer !== 'S') throw new Error('the server does not say whether it encrypts');
  return { ...target, ssl: { rejectUnauthorized: false } };
}

/**
 * Asks a server whether it encrypts, and hangs up: it answers before it wants to know who asks, also when it has no
 * connection to give.
 *
 * @returns `S` if it does, `N` if not; another letter where it is in trouble
 * @throws the network's error when the server cannot be reached within `timeoutMs`
 */
export async function requestTls({ host, port }: PoolTarget, timeoutMs: number): Promise<string> {
  const address = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const socket = connect({ ...address, timeout: timeoutMs });
  try {
    return await responseTo(socket, SSL_REQUEST);
  } finally {
    socket.destroy();
  }
}

function responseTo(socket: Socket, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => socket.write(request));
    socket.once('data', (answer) => resolve(answer.toString('latin1', 0, 1)));
    socket.once('timeout', () => reject(new Error('timeout expired')));
    // Stays: an error event that nobody listens to would end the process.
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
  });
}

/** Length 8, then PostgreSQL's code for "may I encrypt?" (1234, 5679). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
