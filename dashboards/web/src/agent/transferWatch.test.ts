import { describe, expect, it } from "vitest";

import { call } from "../live/samples";
import { LATE_AFTER_MS, transferState } from "./transferWatch";

const asked = { callId: "c", target: "1002", at: 1000 };
const mine = call("c", { agent_ids: ["1001"], stage: "talking" });

describe("a transfer that was asked for", () => {
  it("is done when the agent is out of the call", () => {
    expect(transferState(asked, undefined, "1001", 1100)).toBe("done");
    expect(transferState(asked, { ...mine, agent_ids: ["1002"] }, "1001", 1100)).toBe("done");
    expect(transferState(asked, call("other", { agent_ids: ["1001"], stage: "talking" }), "1001", 1100)).toBe("done");
  });

  it("has failed when he is still in it after five seconds", () => {
    expect(transferState(asked, mine, "1001", 999 + LATE_AFTER_MS)).toBe("pending");
    expect(transferState(asked, mine, "1001", 1000 + LATE_AFTER_MS)).toBe("failed");
  });
});
