/** A file on the user's disk that is written part by part. */
export interface ExportFile {
  /** Resolves when the part need not be kept in memory any more. */
  readonly write: (part: string) => Promise<void>;
  /** Completes the file. */
  readonly close: () => Promise<void>;
  /** Ends without a file. */
  readonly discard: () => Promise<void>;
}

interface SavePicker {
  showSaveFilePicker?: (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;
}

/**
 * Lets the user choose a file, where the browser can write one as it is read; else the parts become a download at the end.
 * Must be called while the browser handles a click.
 *
 * @throws DOMException AbortError, if the user chooses none
 */
export async function openExportFile(name: string, type: string): Promise<ExportFile> {
  const { showSaveFilePicker } = window as SavePicker;
  if (showSaveFilePicker === undefined) return downloadedFile(name, type);
  const handle = await showSaveFilePicker({ suggestedName: name });
  const file = await handle.createWritable();
  return { write: (part) => file.write(part), close: () => file.close(), discard: () => file.abort() };
}

/** Browsers move large blobs to the disk, so that the page holds only the part that is being read. */
function downloadedFile(name: string, type: string): ExportFile {
  let parts: Blob[] = [];
  return {
    write: async (part) => {
      parts.push(new Blob([part]));
    },
    close: async () => {
      const url = URL.createObjectURL(new Blob(parts, { type }));
      parts = [];
      const link = document.createElement('a');
      link.href = url;
      link.download = name;
      link.click();
      // The download reads the blob after the click.
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    },
    discard: async () => {
      parts = [];
    },
  };
}

/** A name for a file: letters, digits and hyphens of the name of the session. */
export function fileNameOf(sessionName: string, extension: string): string {
  const words = sessionName.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
  return `${[...words].slice(0, 60).join('') || 'session'}.${extension}`;
}
