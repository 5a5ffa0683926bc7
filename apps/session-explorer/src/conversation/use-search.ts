import { useEffect, useState } from 'react';

/** The messages before those that are loaded. */
export interface OlderMessages {
  readonly exist: boolean;
  readonly isLoading: boolean;
  readonly problem: Error | null;
  readonly load: () => void;
}

/** A line to scroll to. */
export interface Goal {
  /** Each goal is scrolled to once; another name is another goal. */
  readonly name: string;
  /** What the user is told while older messages are read; undefined: the goal only counts if it is loaded. */
  readonly subject?: string;
  /** The index of the line, or -1. */
  readonly find: () => number;
  readonly reveal: (index: number) => void;
}

/** A search that the user has to know of. */
export interface Search {
  readonly subject: string;
  readonly state: 'searching' | 'missing';
  readonly stop: () => void;
}

/** Scrolls to the goal as soon as it is loaded, and loads older messages until it is. */
export function useSearch(goal: Goal | false, older: OlderMessages): Search | undefined {
  const name = goal === false ? undefined : goal.name;
  const [finished, setFinished] = useState<string>();
  const isOpen = name !== finished && goal !== false;
  const index = isOpen ? goal.find() : -1;
  const isSearching = isOpen && index < 0 && goal.subject !== undefined && older.exist;

  useEffect(() => {
    if (isOpen && index >= 0) goal.reveal(index);
    // Without a goal, none is finished: the same one may be set again.
    if (index >= 0 || !isOpen) setFinished(name);
    if (isSearching && !older.isLoading && older.problem === null) older.load();
  }, [goal, name, isOpen, index, isSearching, older]);

  if (!isOpen || index >= 0 || goal.subject === undefined) return undefined;
  return { subject: goal.subject, state: isSearching ? 'searching' : 'missing', stop: () => setFinished(name) };
}
