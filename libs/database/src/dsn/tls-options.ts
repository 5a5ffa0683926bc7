import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { DsnError } from './dsn-error.js';
import type { DsnParameters } from './dsn-parameters.js';
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
