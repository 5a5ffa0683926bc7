import { useEffect, useState } from 'react';

/** A function that copies a text, and true for some time after it has done so. */
export function useCopy(): [(text: string) => Promise<void>, boolean] {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return [
    async (text) => {
      await navigator.clipboard.writeText(text);
      setIsCopied(true);
    },
    isCopied,
  ];
}
