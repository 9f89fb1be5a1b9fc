import { describe, expect, it } from "vitest";

import type { CallingRules, DeskRules, Reason } from "../live/protocol";
import { codeFor } from "../ui/codes";
import { callingFault, callsNobody, deskFault, listFault, prefixesOf } from "./ruleFaults";

const reason = (code: string, change: Partial<Reason> = {}): Reason => ({ code, zh: "小休", en: "Break", allowance_min: 0, is_active: true, ...change });
const desk: DeskRules = { wrap_up_s: 15, extension_s: 60, missed_offers_limit: 1, phone_away_s: 4, phone_back_s: 120, lost_browser: "wait", take_back_s: 20, recording_pause_s: 120 };
const calling: CallingRules = { is_on: true, prefixes: { agent: ["1", "0"] }, blocked: ["00"], per_minute: 6, concurrent: 8, minutes_a_day: 180 };

describe("rules before they are sent", () => {
  it("find a doubled or impossible code, a missing name, too long an allowance", () => {
    expect(listFault([reason("break"), reason("meal", { allowance_min: 60 })])).toBeNull();
    expect(listFault([reason("break"), reason("break")])).toEqual({ key: "twice", about: "break" });
    expect(listFault([reason("Break")])).toMatchObject({ key: "code" });
    expect(listFault([reason("break", { en: " " })])).toMatchObject({ key: "word" });
    expect(listFault([reason("break", { allowance_min: 721 })])).toMatchObject({ key: "allowance" });
  });

  it("find figures out of bounds, and fields that were emptied", () => {
    expect(deskFault(desk)).toBeNull();
    expect(deskFault({ ...desk, phone_away_s: 11 })).toEqual({ key: "range", about: "phone_away_s" });
    expect(deskFault({ ...desk, wrap_up_s: undefined as unknown as number })).toEqual({ key: "range", about: "wrap_up_s" });
    expect(callingFault({ ...calling, per_minute: 0 })).toEqual({ key: "range", about: "per_minute" });
  });

  it("find prefixes that are no digits", () => {
    expect(callingFault(calling)).toBeNull();
    expect(callingFault({ ...calling, blocked: ["+00"] })).toEqual({ key: "prefix", about: "+00" });
  });

  it("warn when calling is on and nobody may call", () => {
    expect(callsNobody(calling)).toBe(false);
    expect(callsNobody({ ...calling, prefixes: {} })).toBe(true);
    expect(callsNobody({ ...calling, prefixes: { agent: [] }, is_on: false })).toBe(false);
  });

  it("read prefixes however they are separated", () => {
    expect(prefixesOf(" 13, 15，18\n010 13")).toEqual(["13", "15", "18", "010"]);
    expect(prefixesOf("")).toEqual([]);
  });

  it("make a code for a new entry that nobody has", () => {
    expect(codeFor("Team meeting!", [])).toBe("team_meeting");
    expect(codeFor("1st aid", ["st_aid"])).toBe("st_aid_2");
    expect(codeFor("会议", [])).toBe("entry");
  });
});
