/** What was there before each change, and what was taken back: undo and redo. Pure. */

export interface Past<State> {
  now: State;
  before: readonly State[];
  after: readonly State[];
  /** What the last change was about; the next one of the same is joined with it while somebody types. */
  tag: string;
  at: number;
}

const MOST = 200;
/** Changes of one field nearer together than this are one, ms. */
const PAUSE_MS = 1_000;

export function begun<State>(now: State): Past<State> {
  return { now, before: [], after: [], tag: "", at: 0 };
}

/** The state is `next` now. `at`: ms. An empty tag is never joined. */
export function changed<State>(past: Past<State>, next: State, tag: string, at: number): Past<State> {
  const isJoined = tag !== "" && tag === past.tag && at - past.at < PAUSE_MS && past.before.length > 0;
  const before = isJoined ? past.before : [...past.before, past.now].slice(-MOST);
  return { now: next, before, after: [], tag, at };
}

/** The same state, known better: not a change anybody made. */
export function corrected<State>(past: Past<State>, now: State): Past<State> {
  return { ...past, now };
}

export function undone<State>(past: Past<State>): Past<State> {
  const last = past.before.at(-1);
  return last === undefined ? past : { now: last, before: past.before.slice(0, -1), after: [past.now, ...past.after], tag: "", at: 0 };
}

export function redone<State>(past: Past<State>): Past<State> {
  const [first, ...rest] = past.after;
  return first === undefined ? past : { now: first, before: [...past.before, past.now], after: rest, tag: "", at: 0 };
}
