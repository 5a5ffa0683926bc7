import { useEffect } from 'react';

/** Lets the browser ask before the page is left, as long as something would be lost. */
export function useLeavingQuestion(isAsking: boolean): void {
  useEffect(() => {
    if (!isAsking) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isAsking]);
}
