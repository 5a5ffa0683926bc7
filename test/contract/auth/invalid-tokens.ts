import { base64UrlJson, HMAC_SECRET, hs256Token, secondsFromNow } from '../../support/signed-tokens.js';

/** Tokens that every mode must reject, named after their defect. */
export function invalidTokens(): readonly (readonly [name: string, token: string])[] {
  const valid = hs256Token({ sub: 'ann', scopes: ['agent_os:admin'] });
  const [header = '', payload = '', signature = ''] = valid.split('.');
  return [
    ['no segments', 'x'],
    ['two segments', 'a.b'],
    ['letters', 'a.b.c'],
    ['words', 'abc.def.ghi'],
    ['four segments', `${valid}.x`],
    ['header is not UTF-8', `${Buffer.from([0xff, 0x7b]).toString('base64url')}.e30.e30`],
    ['header ends within a character', `${Buffer.from([0xe2, 0x9c]).toString('base64url')}.e30.e30`],
    ['header breaks off a character', `${Buffer.from([0x22, 0xe2, 0x9c, 0x22]).toString('base64url')}.e30.e30`],
    ['header is not JSON', `${base64UrlJson('alg')}.e30.e30`],
    ['header has a syntax error in its second line', `${base64UrlJson('{"alg":"HS256",\n "typ":}')}.e30.e30`],
    ['header is a list', `${base64UrlJson('[]')}.e30.e30`],
    ['header is empty', `.${payload}.${signature}`],
    ['header without alg', `${base64UrlJson('{}')}.e30.e30`],
    ['header with padding', `${base64UrlJson('{"a":1}').padEnd(12, '=')}.e30.e30`],
    ['header with too much padding', 'e30===.e30.e30'],
    ['header with spare bits', 'e31.e30.e30'],
    ['header in the other alphabet', 'e+/=.e30.e30'],
    ['payload is not base64', `${header}.*.${signature}`],
    ['signature is not base64', `${header}.${payload}.*`],
    ['no signature', `${header}.${payload}.`],
    ['alg none', `${base64UrlJson({ alg: 'none' })}.${payload}.`],
    ['alg in lower case', hs256Token({ sub: 'ann' }, { header: { alg: 'hs256' } })],
    ['alg is null', hs256Token({ sub: 'ann' }, { header: { alg: null } })],
    ['alg is a list', hs256Token({ sub: 'ann' }, { header: { alg: ['HS256'] } })],
    ['another alg', hs256Token({ sub: 'ann' }, { header: { alg: 'RS256' } })],
    ['kid is a number', hs256Token({ sub: 'ann' }, { header: { kid: 1 } })],
    ['crit is empty', hs256Token({ sub: 'ann' }, { header: { crit: [] } })],
    ['crit is a text', hs256Token({ sub: 'ann' }, { header: { crit: 'b64' } })],
    ['crit holds a number', hs256Token({ sub: 'ann' }, { header: { crit: [1] } })],
    ['crit is unknown', hs256Token({ sub: 'ann' }, { header: { crit: ['exp'] } })],
    ['crit names a missing header', hs256Token({ sub: 'ann' }, { header: { crit: ['b64'] } })],
    ['b64 with payload', hs256Token({ sub: 'ann' }, { header: { b64: false, crit: ['b64'] } })],
    ['b64 without payload', `${base64UrlJson({ alg: 'HS256', b64: false, crit: ['b64'] })}..${signature}`],
    ['b64 not critical', `${base64UrlJson({ alg: 'HS256', b64: false })}..${signature}`],
    ['another secret', hs256Token({ sub: 'ann' }, { secret: `${HMAC_SECRET}x` })],
    ['payload changed', `${header}.${base64UrlJson({ sub: 'bob', scopes: ['agent_os:admin'] })}.${signature}`],
    ['signature of another', `${header}.${payload}.${hs256Token({ sub: 'bob' }).split('.')[2]}`],
    ['payload is not JSON', hs256Token('nothing')],
    ['payload is a list', hs256Token('[]')],
    [
      'payload is not UTF-8',
      hs256Token('{"sub":"a').replace(/\.[^.]*\./, `.${Buffer.from([0x80]).toString('base64url')}.`),
    ],
    ['expired', hs256Token({ sub: 'ann', exp: secondsFromNow(-60) })],
    ['expired at zero', hs256Token({ sub: 'ann', exp: 0 })],
    ['exp is a text', hs256Token({ sub: 'ann', exp: 'soon' })],
    ['exp is null', hs256Token({ sub: 'ann', exp: null })],
    ['exp is a list', hs256Token({ sub: 'ann', exp: [1] })],
    ['exp is infinite', hs256Token('{"sub":"ann","exp":1e999}')],
    ['exp is false', hs256Token({ sub: 'ann', exp: false })],
    ['iat ahead', hs256Token({ sub: 'ann', iat: secondsFromNow(86_400) })],
    ['iat is a text', hs256Token({ sub: 'ann', iat: 'x' })],
    ['nbf ahead', hs256Token({ sub: 'ann', nbf: secondsFromNow(86_400) })],
    ['nbf is an object', hs256Token({ sub: 'ann', nbf: {} })],
    ['iat ahead and expired', hs256Token({ sub: 'ann', iat: secondsFromNow(86_400), exp: 1 })],
    ['sub is a number', hs256Token({ sub: 7 })],
    ['sub is null', hs256Token({ sub: null })],
    ['jti is a number', hs256Token({ sub: 'ann', jti: 7 })],
    ['sub of a service account', hs256Token({ sub: 'sa:bot' })],
    ['sub of a connected client', hs256Token({ sub: '__oauth__:x' })],
    ['sub of the scheduler', hs256Token({ sub: '__scheduler__' })],
    ['an account that does not exist', 'agno_pat_nobody'],
  ];
}

/** Valid tokens with unusual claims or headers, for example an unknown key id or an expiry as text. */
export function unusualTokens(): readonly (readonly [name: string, token: string])[] {
  const scopes = ['sessions:read', 'sessions:write', 'sessions:delete'];
  return [
    // The leeway is 10 s. The two tokens that depend on it come first, so that they are sent before it ends.
    ['exp within the leeway', hs256Token({ sub: 'ann', scopes, exp: secondsFromNow(-1) })],
    ['iat within the leeway', hs256Token({ sub: 'ann', scopes, iat: secondsFromNow(9) })],
    ['exp as text', hs256Token({ sub: 'ann', scopes, exp: ` ${secondsFromNow(86_400)} ` })],
    ['exp as float', hs256Token({ sub: 'ann', scopes, exp: secondsFromNow(86_400) + 0.5 })],
    ['exp far away', hs256Token(`{"sub":"ann","scopes":["sessions:read"],"exp":${'9'.repeat(30)}}`)],
    ['exp with an underscore', hs256Token({ sub: 'ann', scopes, exp: '9_999_999_999' })],
    ['iat true', hs256Token({ sub: 'ann', scopes, iat: true })],
    ['two subs', hs256Token('{"sub":"bob","scopes":["sessions:read"],"sub":"ann"}')],
    ['any audience', hs256Token({ sub: 'ann', scopes, aud: ['x', 'y'] })],
    ['an unknown kid', hs256Token({ sub: 'ann', scopes }, { header: { kid: '../../etc/passwd' } })],
    ['a sub with spaces', hs256Token({ sub: ' ann ', scopes })],
    ['an umlaut as sub', hs256Token({ sub: 'änn', scopes })],
  ];
}
