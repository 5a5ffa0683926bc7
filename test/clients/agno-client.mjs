// Run by agno-client.sh, which installs the client. Prints what it does; exits with 1 at the first failure.
import { deepStrictEqual as equal, ok } from 'node:assert';

const [endpoint, modulePath] = process.argv.slice(2);
const { AgnoClient } = await import(modulePath);

/** A client of the first agent, as after the start of an app. */
async function startClient() {
  const client = new AgnoClient({ endpoint, mode: 'agent', userId: 'agno-client' });
  const { agents, teams } = await client.initialize();
  ok(agents.length > 0, 'there is an agent');
  ok(Array.isArray(teams), 'teams are a list');
  return client;
}

const client = await startClient();
const errors = [];
client.on('message:error', (error) => errors.push(error));
const before = await client.fetchSessions();
console.log(`ok initialize, fetchSessions: ${client.getState().agents.length} agents, ${before.length} sessions`);

let updates = 0;
client.on('message:update', () => updates++);
await client.sendMessage('Hello');
equal(errors, []);
const streamed = client.getMessages().map(({ role, content }) => [role, content]);
equal(streamed[0], ['user', 'Hello']);
equal([streamed.length, streamed[1]?.[0], streamed[1]?.[1] !== ''], [2, 'agent', true]);
const { sessionId } = client.getConfig();
console.log(`ok sendMessage: ${updates} updates, "${streamed[1][1]}"`);

const other = await startClient();
const listed = (await other.fetchSessions()).find(({ session_id }) => session_id === sessionId);
equal([listed?.session_name, listed?.user_id], ['Hello', 'agno-client']);
const loaded = await other.loadSession(sessionId);
equal(
  loaded.map(({ role, content }) => [role, content]),
  streamed,
);
console.log('ok fetchSessions, loadSession: the messages equal the streamed ones');

await other.deleteSession(sessionId);
equal(await other.fetchSessions(), before);
await other.loadSession(sessionId).then(
  () => ok(false, 'a deleted session is not loaded'),
  () => undefined,
);
console.log('ok deleteSession');
