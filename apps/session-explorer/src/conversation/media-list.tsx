import { SessionApiError } from '@session-service/session-client';
import { useState } from 'react';
import { Icon } from '../components/icon';
import { Modal } from '../components/modal';
import styles from './media-list.module.css';
import { MessageText } from './message-text';
import type { Media } from './stored-media';
import { useMediaContent } from './use-media-content';

/** Larger files of an object store are read when the user asks for them. */
const MAX_UNASKED_BYTES = 5_000_000;

/** The files of a message. */
export function MediaList({ media }: { readonly media: readonly Media[] }) {
  if (media.length === 0) return null;
  return (
    <ul className={styles['list']} aria-label="Files">
      {media.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: files may have equal names, and a message keeps its files.
        <li key={index}>
          <Item item={item} />
          {item.text !== undefined && (
            <div className={styles['text']}>
              <MessageText text={item.text} isPlain />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Item({ item }: { readonly item: Media }) {
  const { source } = item;
  if (source.kind === 'remote') {
    return (
      <a className={styles['card']} href={source.url.href} target="_blank" rel="noopener noreferrer nofollow">
        <Description item={item} />
        <span className={styles['quiet']}>
          <Icon name="external" size={12} /> {source.url.host || source.url.protocol}
        </span>
      </a>
    );
  }
  if (source.kind === 'elsewhere') {
    return (
      <div className={styles['card']}>
        <Description item={item} />
        <span className={styles['quiet']}>{source.place}</span>
      </div>
    );
  }
  return item.kind === 'image' ? <Image item={item} /> : <StoredFile item={item} />;
}

/** A thumbnail that opens large. */
function Image({ item }: { readonly item: Media }) {
  const [isOpen, setIsOpen] = useState(false);
  const [isBroken, setIsBroken] = useState(false);
  const { url, problem } = useMediaContent(item, true);
  if (problem !== null) return <Failure item={item} reason={reasonOf(problem)} />;
  if (isBroken) return <Failure item={item} reason="This browser cannot show it" />;
  return (
    <>
      <button
        type="button"
        className={styles['thumbnail']}
        aria-label={`Open ${item.name}`}
        onClick={() => setIsOpen(true)}
      >
        {url !== undefined && <img src={url} alt="" onError={() => setIsBroken(true)} />}
      </button>
      <Modal title={item.name} isOpen={isOpen} onClose={() => setIsOpen(false)} isWide>
        <img className={styles['large']} src={url} alt={item.name} />
      </Modal>
    </>
  );
}

/** A player, or a link that saves the file. */
function StoredFile({ item }: { readonly item: Media }) {
  const isLight = item.source.kind !== 'service' || (item.size ?? Number.POSITIVE_INFINITY) < MAX_UNASKED_BYTES;
  const [isWanted, setIsWanted] = useState(isLight);
  const { url, problem } = useMediaContent(item, isWanted);
  if (problem !== null) return <Failure item={item} reason={reasonOf(problem)} />;
  if (!isWanted) {
    return (
      <button type="button" className={styles['card']} onClick={() => setIsWanted(true)}>
        <Description item={item} />
        <span className={styles['action']}>Load</span>
      </button>
    );
  }
  if (url === undefined) {
    return (
      <div className={styles['card']}>
        <Description item={item} />
        <span className={styles['quiet']}>Loading</span>
      </div>
    );
  }
  // biome-ignore lint/a11y/useMediaCaption: stored media have no captions.
  if (item.kind === 'audio') return <audio className={styles['audio']} controls src={url} aria-label={item.name} />;
  // biome-ignore lint/a11y/useMediaCaption: stored media have no captions.
  if (item.kind === 'video') return <video className={styles['video']} controls src={url} aria-label={item.name} />;
  return (
    <a className={styles['card']} href={url} download={item.name}>
      <Description item={item} />
      <span className={styles['action']}>Save</span>
    </a>
  );
}

function Failure({ item, reason }: { readonly item: Media; readonly reason: string }) {
  return (
    <div className={styles['card']}>
      <Description item={item} />
      <span className={styles['quiet']}>{reason}</span>
    </div>
  );
}

/** Name, type and size. */
function Description({ item: { name, type, size, kind } }: { readonly item: Media }) {
  return (
    <span className={styles['description']}>
      <span className={styles['name']}>{name}</span>
      <span className={`${styles['quiet']} ${styles['type']}`}>
        {type ?? kind}
        {size !== undefined && ` · ${formatBytes(size)}`}
      </span>
    </span>
  );
}

const UNITS = ['bytes', 'kB', 'MB', 'GB'];

function formatBytes(size: number): string {
  const power = Math.min(UNITS.length - 1, size < 1000 ? 0 : Math.floor(Math.log10(size) / 3));
  const value = size / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

function reasonOf(problem: Error): string {
  if (!(problem instanceof SessionApiError)) return problem.message;
  if (problem.status === 503) return 'This service has no media storage, so that it cannot read this file';
  if (problem.status === 404) return 'This file does not exist any more';
  return problem.detail;
}
