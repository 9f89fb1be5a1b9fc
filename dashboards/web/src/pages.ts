/** The pages: where they are, who may see them, in the order of the bar. Pure. */

import type { Right, Session } from "./live/protocol";
import type { IconName } from "./ui/icons";

export type PageName = "floor" | "calls" | "desk" | "tickets" | "customers" | "messages" | "hotline" | "reports" | "people" | "rules" | "check";

export interface Page {
  name: PageName;
  path: string;
  icon: IconName;
  /** Key pressed after G. */
  key: string;
  isFor: (session: Session) => boolean;
}

export const SIGN_IN = "/sign-in";
export const PASSWORD = "/password";

const needs =
  (right: Right) =>
  (session: Session): boolean =>
    session.rights.includes(right);

export const PAGES: readonly Page[] = [
  { name: "floor", path: "/floor", icon: "floor", key: "f", isFor: needs("see_floor") },
  { name: "calls", path: "/calls", icon: "calls", key: "c", isFor: needs("see_history") },
  {
    name: "desk",
    path: "/desk",
    icon: "desk",
    key: "d",
    // A supervisor without a telephone has nothing to do at a desk; an agent without one must learn why.
    isFor: (session) => needs("set_own_mode")(session) && (session.agent_id !== null || session.role === "agent"),
  },
  // A department has the right to work on tickets, but not to see all: it sees its own.
  { name: "tickets", path: "/tickets", icon: "ticket", key: "t", isFor: (session) => needs("see_tickets")(session) || needs("work_tickets")(session) },
  { name: "customers", path: "/customers", icon: "customers", key: "u", isFor: needs("see_customers") },
  { name: "messages", path: "/messages", icon: "message", key: "m", isFor: needs("work_messages") },
  { name: "hotline", path: "/hotline", icon: "flow", key: "h", isFor: needs("see_flows") },
  { name: "reports", path: "/reports", icon: "report", key: "o", isFor: needs("see_reports") },
  { name: "people", path: "/people", icon: "people", key: "p", isFor: needs("manage_people") },
  { name: "rules", path: "/rules", icon: "rules", key: "r", isFor: needs("change_rules") },
  { name: "check", path: "/check", icon: "check", key: "k", isFor: needs("see_check") },
];

export function pagesOf(session: Session | null): readonly Page[] {
  return session === null ? [] : PAGES.filter((page) => page.isFor(session));
}

/** Token of a one-time link: `/sign-in#<token>`, or `/#/link/<token>`. What stands after `#` never reaches a server's log. */
export function linkToken(path: string, hash: string): string | null {
  const inRoot = /^#\/link\/([\w~.-]{20,200})$/.exec(hash);
  if (inRoot) return inRoot[1]!;
  const atDoor = path === SIGN_IN ? /^#([\w~.-]{20,200})$/.exec(hash) : null;
  return atDoor ? atDoor[1]! : null;
}
