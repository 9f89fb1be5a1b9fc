/** Keys of the desk: Alt and a letter, so that they work while somebody types. Not D, E, F: those are the browser's. */

export const DESK_KEYS = {
  answer: "A",
  hangUp: "X",
  hold: "H",
  mute: "M",
  keypad: "K",
  transfer: "T",
  consult: "C",
  complete: "G",
  conference: "V",
  back: "B",
  recording: "P",
  help: "L",
  dial: "U",
  form: "N",
  closePop: "W",
  nextPop: "J",
  ready: "R",
  moreTime: "Y",
  notReady: "O",
  missed: "I",
  telephone: "Q",
} as const;

export type DeskAction = keyof typeof DESK_KEYS;

/** In the order of the help. */
export const DESK_ACTIONS = Object.keys(DESK_KEYS) as DeskAction[];

/** What `useCombos` calls it. */
export function comboOf(action: DeskAction): string {
  return `Alt+${DESK_KEYS[action]}`;
}
