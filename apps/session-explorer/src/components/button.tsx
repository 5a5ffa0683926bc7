import type { ComponentProps } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icon';

type ButtonProps = ComponentProps<'button'> & { readonly kind?: 'plain' | 'primary' };

/** A button with a text. */
export function Button({ kind = 'plain', className = '', ...props }: ButtonProps) {
  return <button type="button" className={`${styles['button']} ${styles[kind]} ${className}`} {...props} />;
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> & { readonly icon: IconName; readonly label: string };

/** A button that shows an icon only. @param label its name for screen readers, also shown on hover */
export function IconButton({ icon, label, className = '', ...props }: IconButtonProps) {
  return (
    <button type="button" className={`${styles['icon']} ${className}`} aria-label={label} title={label} {...props}>
      <Icon name={icon} />
    </button>
  );
}
