import { Icon } from '../components/icon';
import { useView } from '../shell/view';
import styles from './filter-chips.module.css';
import { activeFilters } from './filter-words';

/** The active filters. A click on one removes it. */
export function FilterChips() {
  const [{ filters }, changeView] = useView();
  const active = activeFilters(filters);
  if (active.length === 0) return null;
  return (
    <ul className={styles['chips']} aria-label="Filters">
      {active.map(({ key, label, without }) => (
        <li key={key}>
          <button
            type="button"
            className={styles['chip']}
            aria-label={`Remove the filter: ${label}`}
            onClick={() => changeView({ filters: without })}
          >
            <span dir="auto">{label}</span>
            <Icon name="close" size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}
