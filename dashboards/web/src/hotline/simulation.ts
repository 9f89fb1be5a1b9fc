/** A simulated call: what it asks for next, and its story line by line. Pure. */

import type { QueueFacts, SimulateIn, SimulateOut } from "../live/protocol";

export type Action = SimulateOut["actions"][number];
export type Given = NonNullable<SimulateIn["given"]>;
type Asked = Extract<Action, { type: "Say" | "Ask" | "LookUp" | "TakeMessage" | "TakeCallback" }>;
/** What the call waits for: nothing is asked of people while something is said. */
export type Wanted = "said" | "keys" | "look_up" | "message" | "callback" | "over";

export interface Line {
  /** `heard`: a prompt; `pressed`, `answered`: given by the person who tries it; `note`: what the floor would show; `did`: an action; `hung_up`. */
  kind: "heard" | "pressed" | "answered" | "note" | "did" | "hung_up";
  node: string;
  /** Words of a prompt, keys, outcome of a note, type of an action. */
  text: string;
  /** Prompt's name, a note's words, what an action is about. */
  about: string;
  /** For prompts: a recording is there. */
  exists?: boolean;
}

const WANTED: Record<Asked["type"], Wanted> = { Say: "said", Ask: "keys", LookUp: "look_up", TakeMessage: "message", TakeCallback: "callback" };

/** What the last step left open. */
export function wantedBy(out: SimulateOut): Wanted {
  const last = out.actions.at(-1);
  return out.is_over || last === undefined ? "over" : (WANTED[last.type as Asked["type"]] ?? "over");
}

/** The last step as lines of the story. Notes say at which node the next words are. */
export function linesOf(out: SimulateOut): Line[] {
  const said = new Map(out.said.map((one) => [one.prompt, one]));
  let node = out.path[0] ?? out.position.node;
  return out.actions.flatMap((action): Line[] => {
    if (action.type === "Note") {
      node = action.node;
      // That he came there is what the words after it show.
      return action.outcome === "entered" ? [] : [{ kind: "note", node, text: action.outcome, about: [action.digits, action.words].filter(Boolean).join(" ") }];
    }
    if (action.type === "NoticePlayed") node = action.node;
    const prompts = "prompts" in action ? action.prompts : [];
    // The notice tells of words that were said before.
    const heard = action.type === "NoticePlayed" ? [] : prompts.map((prompt): Line => ({ kind: "heard", node, text: said.get(prompt)?.text ?? "", about: prompt, exists: said.get(prompt)?.exists ?? false }));
    return action.type === "Say" || action.type === "Ask" ? heard : [...heard, { kind: "did", node, text: action.type, about: aboutOf(action) }];
  });
}

function aboutOf(action: Exclude<Action, { type: "Say" | "Ask" | "Note" }>): string {
  switch (action.type) {
    case "LookUp":
      return [action.what, ...Object.entries(action.values).map(([name, value]) => `${name}=${value}`)].join(" ");
    case "TakeMessage":
      return action.box;
    case "TakeCallback":
      return [action.queue, action.number].filter(Boolean).join(" ");
    case "Rate":
      return `${action.question} ${action.score}`;
    case "NoticePlayed":
      return action.node;
    case "ToQueue":
      return action.priority > 0 ? `${action.queue} +${action.priority}` : action.queue;
    case "ToNumber":
      return action.number;
    case "EndCall":
      return action.refusal;
  }
}

/** How many keys the last step takes; 0 when it takes none. */
export function keysTaken(out: SimulateOut): number {
  const last = out.actions.at(-1);
  return last?.type === "Ask" ? last.max_digits : 0;
}

/** A key is pressed: what stands now, and whether that is the whole answer. `#` ends longer ones, as on a telephone. */
export function pressed(typed: string, key: string, most: number): { typed: string; isWhole: boolean } {
  if (key === "#" && most > 1) return { typed: typed === "" ? "#" : typed, isWhole: true };
  return { typed: typed + key, isWhole: typed.length + 1 >= most };
}

/** Names a look-up would answer with: of a customer, of a ticket; a webhook's are the node's own. */
export function answersOf(what: string, takes: readonly string[]): Record<string, string> {
  if (what === "customer") return { customer_known: "yes", customer_class: "owner", customer_vip: "no" };
  if (what === "ticket") return { ticket_state: "working", ticket_due: "" };
  return Object.fromEntries(takes.map((name) => [name, ""]));
}

/** A queue somebody works in, with nobody waiting. */
export const QUIET: QueueFacts = { waiting_count: 0, ready_count: 1, seat_count: 1, expected_wait_s: 0 };
