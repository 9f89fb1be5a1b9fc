/** How far the data on the screen can be trusted, in one word. Pure. */

import type { LinkState } from "../live/connection";
import type { LinkView } from "../live/protocol";

export type FeedCode = "live" | "connecting" | "down" | "late" | "stale" | "switchDown" | "switchInvalid";

export interface FeedFacts {
  link: LinkState;
  /** Browser clock, ms. */
  downSince: number | null;
  browserNow: number;
  /** Server clock, ms. */
  asOf: number | null;
  serverNow: number;
  isStale: boolean;
  switchLink: LinkView | undefined;
}

/** A blink of the link is not worth a banner. */
const PATIENCE_MS = 2_000;
/** The server speaks at least every 15 s. */
const LATE_AFTER_MS = 20_000;

/** Return the worst that is true. */
export function feedCode(facts: FeedFacts): FeedCode {
  if (facts.link !== "open") {
    const isLong = facts.downSince !== null && facts.browserNow - facts.downSince > PATIENCE_MS;
    return facts.asOf === null ? "connecting" : isLong ? "down" : "live";
  }
  if (facts.switchLink !== undefined && !facts.switchLink.is_up) return "switchDown";
  if (facts.asOf !== null && facts.serverNow - facts.asOf > LATE_AFTER_MS) return "late";
  if (facts.switchLink !== undefined && !facts.switchLink.is_valid) return "switchInvalid";
  return facts.isStale ? "stale" : "live";
}
