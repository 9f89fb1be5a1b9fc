import { describe, expect, it } from "vitest";

import { agent, call } from "../live/samples";
import { presentCall } from "./ownAgent";

describe("the present call", () => {
  const older = call("old", { agent_ids: ["1001"], stage: "held", started_at: "2026-11-23T08:00:00Z" });
  const newer = call("new", { agent_ids: ["1001", "1002"], stage: "talking", started_at: "2026-11-23T08:05:00Z" });

  it("is the one the floor names", () => {
    expect(presentCall([older, newer], "1001", "old")?.call_id).toBe("old");
  });

  it("is the newest one with me in it when the floor names none", () => {
    expect(presentCall([older, newer, agent("1001")], "1001", null)?.call_id).toBe("new");
  });

  it("is nobody else's, and none that has ended", () => {
    expect(presentCall([older, newer], "1003", null)).toBeUndefined();
    expect(presentCall([call("x", { agent_ids: ["1001"], stage: "ended" })], "1001", "x")).toBeUndefined();
  });
});
