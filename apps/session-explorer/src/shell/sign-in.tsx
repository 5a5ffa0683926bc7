import type { SessionApiError } from '@session-service/session-client';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { signIn, useToken } from '../api/access';
import { useService } from '../api/client';
import { Button } from '../components/button';
import styles from './sign-in.module.css';

/** Asks for a key or token, or tells that the service expects a cookie. */
export function SignIn({ problem }: { readonly problem: SessionApiError }) {
  const { client } = useService();
  const { data } = useQuery({
    queryKey: ['sign-in'],
    queryFn: ({ signal }) => client.get('/explorer/sign-in', { signal }),
  });
  return (
    <main className={styles['page']}>
      <div className={styles['form']}>
        <h1>Session explorer</h1>
        {data?.header === false ? <CookieNeeded /> : <TokenForm problem={problem} />}
      </div>
    </main>
  );
}

function CookieNeeded() {
  return (
    <>
      <p>Sign in to your application first</p>
      <p className={styles['help']}>
        This service takes its token from the cookie that your application sets for this host.
      </p>
      <Button onClick={() => location.reload()}>Try again</Button>
    </>
  );
}

/** The token stays in this tab, and is sent to this service only. */
function TokenForm({ problem }: { readonly problem: SessionApiError }) {
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
    <form onSubmit={submit}>
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
  );
}
