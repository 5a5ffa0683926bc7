import { isTemporary, retryDelayMs, type Service, sendToService } from '../api/client';
import type { SessionTarget } from '../api/session-changes';
import { sessionPath } from '../api/session-path';
import { objectOf, textOf } from '../api/stored-values';
import { memberOf, membersOf, parseJson } from '../components/json-text';
import type { ExportFile } from './export-file';
import { transcriptHead, transcriptMessage } from './markdown-transcript';

/** `json`: all values and messages as they are stored. `md`: a transcript to read. */
export type ExportFormat = 'json' | 'md';

/** Progress of an export. */
export interface ExportProgress {
  readonly messages: number;
  readonly characters: number;
}

interface ExportOptions {
  readonly format: ExportFormat;
  readonly file: ExportFile;
  readonly onProgress: (progress: ExportProgress) => void;
  readonly signal: AbortSignal;
}

const PAGE_SIZE = '200';
const RETRIES = 6;

/** Writes a session into a file, page by page, so that only one page is held in memory. The file is left open. */
export async function exportSession(
  service: Service,
  { id, database }: SessionTarget,
  { format, file, onProgress, signal }: ExportOptions,
): Promise<void> {
  const read = (path: string) => readText(service, path, signal);
  const session = await read(sessionPath(id, [], { chat_history: 'false', db_id: database }));
  let messages = 0;
  let characters = 0;
  const write = async (part: string) => {
    await file.write(part);
    characters += part.length;
    onProgress({ messages, characters });
  };
  await write(
    format === 'json' ? `{\n"session": ${session},\n"messages": [` : transcriptHead(objectOf(JSON.parse(session)), id),
  );
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const values = { include: 'tools,members,reasoning', order: 'asc', limit: PAGE_SIZE, cursor, db_id: database };
    const page = pageOf(await read(sessionPath(id, ['messages'], values)));
    const isFirst = messages === 0;
    messages += page.items.length;
    await write(
      format === 'json'
        ? page.items.map((item, index) => `${isFirst && index === 0 ? '' : ','}\n${item}`).join('')
        : page.items.map((item) => transcriptMessage(objectOf(JSON.parse(item)))).join(''),
    );
    cursor = page.next;
  }
  if (format === 'json') await write('\n]\n}\n');
}

/** The texts of the messages of a page, whose numbers JavaScript could not hold. */
function pageOf(text: string): { readonly items: readonly string[]; readonly next: string | undefined } {
  const page = parseJson(text);
  const data = page && memberOf(page, 'data');
  const meta = page && memberOf(page, 'meta');
  return {
    items: data === undefined ? [] : membersOf(data).map(({ value }) => value.text),
    next: meta && textOf(objectOf(JSON.parse(meta.text))['next_cursor']),
  };
}

async function readText(service: Service, path: string, signal: AbortSignal): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await (await sendToService(service, path, { signal })).text();
    } catch (error) {
      if (!isTemporary(error) || attempt > RETRIES) throw error;
      await delay(retryDelayMs(attempt, error), signal);
    }
  }
}

function delay(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
