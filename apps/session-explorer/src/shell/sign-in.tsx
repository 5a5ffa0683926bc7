import type { SessionApiError } from '@session-service/session-client';
import { type FormEvent, useId, useState } from 'react';
import { signIn, useToken } from '../api/access';
import { Button } from '../components/button';
import styles from './sign-in.module.css';

/** Asks for a key or token. It stays in this tab, and is sent to this service only. */
export function SignIn({ problem }: { readonly problem: SessionApiError }) {
  const hadToken = useToken() !== undefined;
  const id = useId();
  const [value, setValue] = useState('');
  const [isRemembered, setIsRemembered] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const token = value.trim().replace(/^Bearer\s+/i, '');
    if (token !== '') signIn(token, isRemembered);
  };
  return (
    <main className={styles['page']}>
      <form className={styles['form']} onSubmit={submit}>
        <h1>Session explorer</h1>
        <p className={styles['help']}>
          This service needs a key or token. Paste the security key, a JSON Web Token or the token of a service account.
        </p>
        {hadToken && (
          <p role="alert" className={styles['problem']}>
            The token was rejected: {problem.detail}
          </p>
        )}
        <label htmlFor={id}>Key or token</label>
        <input
          id={id}
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <label className={styles['remember']}>
          <input type="checkbox" checked={isRemembered} onChange={(event) => setIsRemembered(event.target.checked)} />
          Keep it until this tab is closed
        </label>
        <Button kind="primary" type="submit">
          Sign in
        </Button>
      </form>
    </main>
  );
}
