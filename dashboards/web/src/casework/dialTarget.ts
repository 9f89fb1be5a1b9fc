/** Whom a button "call" means. The number itself need not be known to the page: the service looks it up. */

import type { Accepted } from "../live/protocol";
import { session } from "../live/session";
import { t } from "../text";
import { sayDone, sayFailed } from "../ui/say";

export type DialTarget = { number: string } | { call_id: string } | { ticket: number } | { customer: number; index: number };

/** Ask the service to call. What comes of it arrives on the live feed. */
export function dial(target: DialTarget): Promise<Accepted> {
  if ("ticket" in target) return session.commands.callTicket(target.ticket);
  if ("customer" in target) return session.commands.callCustomer(target.customer, { index: target.index });
  return session.commands.dial(target);
}

/** The same from a page: say what came of the asking. */
export async function callOut(target: DialTarget): Promise<void> {
  await dial(target).then(() => sayDone(t("cases.dialled")), sayFailed);
}
