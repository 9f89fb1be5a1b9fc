/** What may be done with a message in its state, and by which key. Pure. */

import type { MessageBrief, MessageChange } from "../live/protocol";

export type MessageState = MessageChange["state"];

export const STATES: readonly MessageState[] = ["new", "taken", "done"];

/** Key -> the state it leads to. A message may always be laid down again. */
export const MOVES: Readonly<Record<string, MessageState>> = { t: "taken", d: "done", r: "new" };

/** Where this message may go from here, the next step first. */
export function movesOf(message: Pick<MessageBrief, "state">): MessageState[] {
  if (message.state === "new") return ["taken", "done"];
  return message.state === "taken" ? ["done", "new"] : ["new"];
}

/** The list with one message as it is now. */
export function withMessage(rows: readonly MessageBrief[], changed: MessageBrief): MessageBrief[] {
  return rows.map((row) => (row.name === changed.name ? changed : row));
}
