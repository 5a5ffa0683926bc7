import { SessionApiError } from '@session-service/session-client';
import { CallerProvider, ServiceProvider, useCaller } from './api/client';
import { ProblemMessage } from './components/problem-message';
import { Explorer } from './shell/explorer';
import { SignIn } from './shell/sign-in';

/** The page: the explorer, or what the user has to do first. */
export function App() {
  return (
    <ServiceProvider>
      <Gate />
    </ServiceProvider>
  );
}

function Gate() {
  const caller = useCaller();
  if (caller.data !== undefined) {
    return (
      <CallerProvider value={caller.data}>
        <Explorer />
      </CallerProvider>
    );
  }
  if (caller.error instanceof SessionApiError && caller.error.status === 401) return <SignIn problem={caller.error} />;
  return <ProblemMessage query={caller} subject="the service" />;
}
