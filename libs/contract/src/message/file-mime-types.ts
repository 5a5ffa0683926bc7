import { quote, type RawJson } from '@agno/json';

const OFFICE_OPEN_XML = 'application/vnd.openxmlformats-officedocument';

const FILE_MIME_TYPES = new Set<string>(
  [
    'application/json',
    'application/msword',
    'application/pdf',
    'application/vnd.ms-excel',
    'application/vnd.ms-outlook',
    'application/vnd.ms-powerpoint',
    `${OFFICE_OPEN_XML}.presentationml.presentation`,
    `${OFFICE_OPEN_XML}.spreadsheetml.sheet`,
    `${OFFICE_OPEN_XML}.wordprocessingml.document`,
    'application/x-javascript',
    'application/x-python',
    'application/zip',
    'message/rfc822',
    ...['css', 'csv', 'html', 'javascript', 'markdown', 'plain', 'rtf', 'x-python', 'xml'].map(
      (type) => `text/${type}`,
    ),
  ].map(quote),
);

/** True for a JSON string that names one of the media types AgentOS takes files of. */
export function isFileMimeType(raw: RawJson): boolean {
  return FILE_MIME_TYPES.has(raw);
}
