import { describe, expect, it } from "vitest";

import type { Right, Role, Session } from "./live/protocol";
import { linkToken, pagesOf } from "./pages";

const session = (role: Role, rights: Right[], agentId: string | null = null): Session => ({
  account_id: 1,
  login: "x",
  name: "x",
  role,
  rights,
  agent_id: agentId,
  department: null,
  language: "zh",
  csrf: "c",
  must_set_password: false,
  expires_at: "2026-11-23T08:00:00Z",
});
const names = (given: Session | null) => pagesOf(given).map((page) => page.name);

describe("pages", () => {
  it("are those of the rights, and a desk needs a telephone unless one is an agent", () => {
    expect(names(null)).toEqual([]);
    expect(names(session("agent", ["set_own_mode"]))).toEqual(["desk"]);
    expect(names(session("supervisor", ["see_floor", "see_history", "set_own_mode", "see_check"]))).toEqual(["floor", "calls", "check"]);
    expect(names(session("team_leader", ["see_floor", "set_own_mode"], "1003"))).toEqual(["floor", "desk"]);
    expect(names(session("administrator", ["see_floor", "see_check", "manage_people", "change_rules"]))).toEqual(["floor", "people", "rules", "check"]);
    expect(names(session("agent", ["set_own_mode", "see_tickets", "work_tickets", "see_customers"], "1001"))).toEqual(["desk", "tickets", "customers"]);
    expect(names(session("department", ["work_tickets"]))).toEqual(["tickets"]);
  });

  it("take the token from behind the #, in both spellings", () => {
    const token = "Zk3_x-9".repeat(4);
    expect(linkToken("/sign-in", `#${token}`)).toBe(token);
    expect(linkToken("/", `#/link/${token}`)).toBe(token);
    expect(linkToken("/sign-in", "#main")).toBeNull();
    expect(linkToken("/floor", `#${token}`)).toBeNull();
  });
});
