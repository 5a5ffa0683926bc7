import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isShortSecret, type JwtAlgorithm, KeyError, type KeySource, parseJwk } from './verification-keys.js';

/** The keys of a JWKS for one algorithm. Other keys are ignored, as AgentOS does. */
export class KeySet {
  private readonly named = new Map<string, KeyObject>();
  private readonly unnamed: KeyObject | undefined;

  private constructor(jwks: readonly unknown[], algorithm: JwtAlgorithm) {
    for (const jwk of jwks) {
      const key = isObject(jwk) ? usableKey(jwk, algorithm) : undefined;
      if (!isObject(jwk) || key === undefined) continue;
      if (typeof jwk['kid'] === 'string' && jwk['kid'] !== '') this.named.set(jwk['kid'], key);
      else this.unnamed = key;
    }
  }

  /** Parses a JWKS, `{"keys": […]}`; undefined for any other text. */
  static parse(text: string, algorithm: JwtAlgorithm): KeySet | undefined {
    try {
      const { keys } = JSON.parse(text) as { keys?: unknown };
      return Array.isArray(keys) ? new KeySet(keys, algorithm) : undefined;
    } catch {
      // The parser's error is dropped, because it may quote the text.
      return undefined;
    }
  }

  get all(): readonly KeyObject[] {
    return this.unnamed === undefined ? [...this.named.values()] : [...this.named.values(), this.unnamed];
  }

  has(keyId: string | undefined): boolean {
    return keyId !== undefined && this.named.has(keyId);
  }

  /** The key that the token's `kid` selects; else the key without `kid`. */
  find(keyId: string | undefined): KeyObject | undefined {
    return this.named.get(keyId ?? '') ?? this.unnamed;
  }
}

/**
 * The keys of a JWKS file, which is read once.
 *
 * @throws KeyError if the file has no usable key
 */
export function jwksFile(path: string, algorithm: JwtAlgorithm): KeySource {
  const set = KeySet.parse(readText(path), algorithm);
  if (set === undefined) throw new KeyError('must name a readable JWKS file: {"keys": […]}');
  if (set.all.length === 0) throw new KeyError(`must name a JWKS file with a key for ${algorithm}`);
  return {
    hasShortSecret: set.all.some(isShortSecret),
    keysFor: async (keyId) => {
      const key = set.find(keyId);
      return { keys: key === undefined ? [] : [key], isComplete: true };
    },
  };
}

/** Reads a file; an empty string if the file cannot be read. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Undefined for a key that does not verify tokens of this algorithm. */
function usableKey(jwk: Readonly<Record<string, unknown>>, algorithm: JwtAlgorithm): KeyObject | undefined {
  try {
    return parseJwk(jwk, algorithm);
  } catch {
    return undefined;
  }
}
