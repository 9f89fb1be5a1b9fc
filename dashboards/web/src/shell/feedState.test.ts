import { describe, expect, it } from "vitest";

import type { LinkView } from "../live/protocol";
import { feedCode, type FeedFacts } from "./feedState";

const up: LinkView = {
  type: "LinkView",
  is_up: true,
  is_valid: true,
  since: "2026-11-23T08:00:00Z",
  reason: "",
  system_name: "s",
  version: "22",
  switch_started_at: null,
  events_seen: 1,
  gaps_count: 0,
};
const good: FeedFacts = { link: "open", downSince: null, browserNow: 0, asOf: 1_000_000, serverNow: 1_001_000, isStale: false, switchLink: up };

describe("feed state", () => {
  it("is live when everything is well, also for those who may not see the switch", () => {
    expect(feedCode(good)).toBe("live");
    expect(feedCode({ ...good, switchLink: undefined })).toBe("live");
  });

  it("says down only after two seconds, and connecting while nothing has ever come", () => {
    const away: FeedFacts = { ...good, link: "waiting", downSince: 5_000 };
    expect(feedCode({ ...away, browserNow: 6_500 })).toBe("live");
    expect(feedCode({ ...away, browserNow: 7_500 })).toBe("down");
    expect(feedCode({ ...away, browserNow: 7_500, asOf: null })).toBe("connecting");
  });

  it("names a switch that is away or being checked", () => {
    expect(feedCode({ ...good, switchLink: { ...up, is_up: false, is_valid: false } })).toBe("switchDown");
    expect(feedCode({ ...good, switchLink: { ...up, is_valid: false } })).toBe("switchInvalid");
  });

  it("notices an open link on which nothing comes", () => {
    expect(feedCode({ ...good, serverNow: good.asOf! + 21_000 })).toBe("late");
  });

  it("says when complete data are on the way", () => {
    expect(feedCode({ ...good, isStale: true })).toBe("stale");
  });
});
