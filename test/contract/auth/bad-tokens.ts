import { encoded, fromNow, SECRET, token } from '../../support/tokens.js';

/** Tokens that no mode may accept, by what is wrong with them. */
export function badTokens(): readonly (readonly [name: string, token: string])[] {
  const good = token({ sub: 'ann', scopes: ['agent_os:admin'] });
  const [header = '', payload = '', signature = ''] = good.split('.');
  return [
    ['no segments', 'x'],
    ['two segments', 'a.b'],
    ['letters', 'a.b.c'],
    ['words', 'abc.def.ghi'],
    ['four segments', `${good}.x`],
    ['header is not UTF-8', `${Buffer.from([0xff, 0x7b]).toString('base64url')}.e30.e30`],
    ['header ends within a character', `${Buffer.from([0xe2, 0x9c]).toString('base64url')}.e30.e30`],
    ['header breaks off a character', `${Buffer.from([0x22, 0xe2, 0x9c, 0x22]).toString('base64url')}.e30.e30`],
    ['header is no JSON', `${encoded('alg')}.e30.e30`],
    ['header has a fault in its second line', `${encoded('{"alg":"HS256",\n "typ":}')}.e30.e30`],
    ['header is a list', `${encoded('[]')}.e30.e30`],
    ['header is empty', `.${payload}.${signature}`],
    ['header without alg', `${encoded('{}')}.e30.e30`],
    ['header with padding', `${encoded('{"a":1}').padEnd(12, '=')}.e30.e30`],
    ['header with too much padding', 'e30===.e30.e30'],
    ['header with spare bits', 'e31.e30.e30'],
    ['header in the other alphabet', 'e+/=.e30.e30'],
    ['payload is no base64', `${header}.*.${signature}`],
    ['signature is no base64', `${header}.${payload}.*`],
    ['no signature', `${header}.${payload}.`],
    ['alg none', `${encoded({ alg: 'none' })}.${payload}.`],
    ['alg in lower case', token({ sub: 'ann' }, { header: { alg: 'hs256' } })],
    ['alg is null', token({ sub: 'ann' }, { header: { alg: null } })],
    ['alg is a list', token({ sub: 'ann' }, { header: { alg: ['HS256'] } })],
    ['another alg', token({ sub: 'ann' }, { header: { alg: 'RS256' } })],
    ['kid is a number', token({ sub: 'ann' }, { header: { kid: 1 } })],
    ['crit is empty', token({ sub: 'ann' }, { header: { crit: [] } })],
    ['crit is a text', token({ sub: 'ann' }, { header: { crit: 'b64' } })],
    ['crit holds a number', token({ sub: 'ann' }, { header: { crit: [1] } })],
    ['crit is unknown', token({ sub: 'ann' }, { header: { crit: ['exp'] } })],
    ['crit names what is missing', token({ sub: 'ann' }, { header: { crit: ['b64'] } })],
    ['b64 with payload', token({ sub: 'ann' }, { header: { b64: false, crit: ['b64'] } })],
    ['b64 without payload', `${encoded({ alg: 'HS256', b64: false, crit: ['b64'] })}..${signature}`],
    ['b64 not critical', `${encoded({ alg: 'HS256', b64: false })}..${signature}`],
    ['another secret', token({ sub: 'ann' }, { secret: `${SECRET}x` })],
    ['payload changed', `${header}.${encoded({ sub: 'bob', scopes: ['agent_os:admin'] })}.${signature}`],
    ['signature of another', `${header}.${payload}.${token({ sub: 'bob' }).split('.')[2]}`],
    ['payload is no JSON', token('nothing')],
    ['payload is a list', token('[]')],
    ['payload is not UTF-8', token('{"sub":"a').replace(/\.[^.]*\./, `.${Buffer.from([0x80]).toString('base64url')}.`)],
    ['expired', token({ sub: 'ann', exp: fromNow(-60) })],
    ['expired at zero', token({ sub: 'ann', exp: 0 })],
    ['exp is a text', token({ sub: 'ann', exp: 'soon' })],
    ['exp is null', token({ sub: 'ann', exp: null })],
    ['exp is a list', token({ sub: 'ann', exp: [1] })],
    ['exp is infinite', token('{"sub":"ann","exp":1e999}')],
    ['exp is false', token({ sub: 'ann', exp: false })],
    ['iat ahead', token({ sub: 'ann', iat: fromNow(86_400) })],
    ['iat is a text', token({ sub: 'ann', iat: 'x' })],
    ['nbf ahead', token({ sub: 'ann', nbf: fromNow(86_400) })],
    ['nbf is an object', token({ sub: 'ann', nbf: {} })],
    ['iat ahead and expired', token({ sub: 'ann', iat: fromNow(86_400), exp: 1 })],
    ['sub is a number', token({ sub: 7 })],
    ['sub is null', token({ sub: null })],
    ['jti is a number', token({ sub: 'ann', jti: 7 })],
    ['sub of a service account', token({ sub: 'sa:bot' })],
    ['sub of a connected client', token({ sub: '__oauth__:x' })],
    ['sub of the scheduler', token({ sub: '__scheduler__' })],
    ['an account that does not exist', 'agno_pat_nobody'],
  ];
}

/** Tokens that are unusual but good. */
export function oddTokens(): readonly (readonly [name: string, token: string])[] {
  const scopes = ['sessions:read', 'sessions:write', 'sessions:delete'];
  return [
    // The leeway is 10 s. These two come first, so that they are sent before it is over.
    ['exp within the leeway', token({ sub: 'ann', scopes, exp: fromNow(-1) })],
    ['iat within the leeway', token({ sub: 'ann', scopes, iat: fromNow(9) })],
    ['exp as text', token({ sub: 'ann', scopes, exp: ` ${fromNow(86_400)} ` })],
    ['exp as float', token({ sub: 'ann', scopes, exp: fromNow(86_400) + 0.5 })],
    ['exp far away', token(`{"sub":"ann","scopes":["sessions:read"],"exp":${'9'.repeat(30)}}`)],
    ['exp with an underscore', token({ sub: 'ann', scopes, exp: '9_999_999_999' })],
    ['iat true', token({ sub: 'ann', scopes, iat: true })],
    ['two subs', token('{"sub":"bob","scopes":["sessions:read"],"sub":"ann"}')],
    ['any audience', token({ sub: 'ann', scopes, aud: ['x', 'y'] })],
    ['a kid that nobody knows', token({ sub: 'ann', scopes }, { header: { kid: '../../etc/passwd' } })],
    ['a sub with spaces', token({ sub: ' ann ', scopes })],
    ['an umlaut as sub', token({ sub: 'änn', scopes })],
  ];
}
