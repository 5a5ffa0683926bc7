export { isShownInChat, MESSAGE_MEMBERS, writeMessage } from './chat-message.js';
export { ItemPath } from './derived-id.js';
export { laxBoolean, laxFloat, laxInteger } from './lax-values.js';
export { rebuiltRunInput } from './run-input.js';
