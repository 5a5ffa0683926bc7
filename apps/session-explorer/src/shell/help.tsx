import { Modal } from '../components/modal';
import styles from './help.module.css';

const KEYS: readonly [string, string][] = [
  ['/', 'search sessions by name'],
  ['j, k', 'next, previous session'],
  ['Enter', 'open the session'],
  ['Esc', 'close the details, then the session'],
  ['x', 'select the session'],
  ['z', 'undo the last deletion'],
  ['d', 'open or close the details'],
  ['e', 'jump to the first error'],
  ['G', 'jump to the latest message'],
  ['?', 'this list'],
];

/** All keys of the page. */
export function Help({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Modal title="Keys" isOpen={isOpen} onClose={onClose}>
      <dl className={styles['keys']}>
        {KEYS.map(([key, action]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
