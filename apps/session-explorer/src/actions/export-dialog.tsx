import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useService } from '../api/client';
import type { SessionTarget } from '../api/session-changes';
import { Button } from '../components/button';
import { Modal } from '../components/modal';
import { formatNumber } from '../components/number-format';
import { useLeavingQuestion } from '../shell/use-leaving-question';
import styles from './export-dialog.module.css';
import { fileNameOf, openExportFile } from './export-file';
import { type ExportFormat, type ExportProgress, exportSession } from './export-session';
import { failureText } from './failure-text';

const TYPES: Readonly<Record<ExportFormat, string>> = { json: 'application/json', md: 'text/markdown' };

interface ExportDialogProps {
  readonly target: SessionTarget;
  readonly name: string;
  readonly onClose: () => void;
}

/** Writes the session into a file, and tells how far that is. Closing the dialog cancels it. */
export default function ExportDialog({ target, name, onClose }: ExportDialogProps) {
  const [format, setFormat] = useState<ExportFormat>('json');
  const [progress, setProgress] = useState<ExportProgress>({ messages: 0, characters: 0 });
  const job = useExport(target, name, setProgress);
  useLeavingQuestion(job.isPending);
  return (
    <Modal title="Export session" isOpen onClose={onClose}>
      <div className={styles['dialog']}>
        {job.isSuccess && job.data ? (
          <p role="status">Exported {wordsOf(progress)}.</p>
        ) : job.isPending ? (
          <p role="status">Exporting: {wordsOf(progress)}</p>
        ) : (
          <fieldset>
            <legend>Format</legend>
            <Choice value="json" chosen={format} onChoose={setFormat} label="JSON" help="all values and messages" />
            <Choice value="md" chosen={format} onChoose={setFormat} label="Markdown" help="a transcript to read" />
          </fieldset>
        )}
        {job.error !== null && (
          <p role="alert" className={styles['failure']}>
            Not exported. {failureText(job.error, false)}
          </p>
        )}
        <div className={styles['buttons']}>
          <Button onClick={onClose}>{job.isSuccess && job.data ? 'Close' : 'Cancel'}</Button>
          {!job.isPending && !(job.isSuccess && job.data) && (
            <Button kind="primary" onClick={() => job.mutate(format)}>
              Export
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}

/** An export that ends with the dialog. Its data is false if the user has chosen no file. */
function useExport(target: SessionTarget, name: string, onProgress: (progress: ExportProgress) => void) {
  const service = useService();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  return useMutation({
    mutationFn: async (format: ExportFormat) => {
      const file = await openExportFile(fileNameOf(name, format), TYPES[format]).catch(undefinedIfAborted);
      if (file === undefined) return false;
      const controller = new AbortController();
      running.current = controller;
      try {
        await exportSession(service, target, { format, file, onProgress, signal: controller.signal });
        await file.close();
        return true;
      } catch (error) {
        await file.discard();
        throw error;
      }
    },
  });
}

function undefinedIfAborted(error: unknown): undefined {
  if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
}

interface ChoiceProps {
  readonly value: ExportFormat;
  readonly chosen: ExportFormat;
  readonly onChoose: (value: ExportFormat) => void;
  readonly label: string;
  readonly help: string;
}

function Choice({ value, chosen, onChoose, label, help }: ChoiceProps) {
  return (
    <label className={styles['choice']}>
      <input type="radio" name="format" value={value} checked={chosen === value} onChange={() => onChoose(value)} />
      <span>
        {label} <span className={styles['help']}>{help}</span>
      </span>
    </label>
  );
}

function wordsOf({ messages, characters }: ExportProgress): string {
  const size = (characters / 1_000_000).toLocaleString(undefined, { maximumFractionDigits: 1 });
  const count = `${formatNumber(messages)} ${messages === 1 ? 'message' : 'messages'}`;
  return characters < 100_000 ? count : `${count}, ${size} million characters`;
}
