import { describe, expect, it } from "vitest";

import { diffFlows, isNothing } from "./flowDiff";
import { addAfter, changeKind, deleteNode, duplicate, freeKey, freeNode, heirOf, renameNode, setNode } from "./flowEdit";
import type { Flow, Node } from "./flowTypes";
import { KIND_NAMES, KINDS } from "./kinds";
import { missingIn, missingOf } from "./missing";
import { begun, changed, corrected, redone, undone } from "./past";
import { leadingTo, reached, waysOf } from "./ways";

const menu: Node = { ...(KINDS.menu.fresh("queue") as Extract<Node, { kind: "menu" }>), prompts: ["main-menu"], keys: [{ key: "1", to: "queue", says: "咨询" }, { key: "2", to: "say", says: "投诉" }], operator: "queue" };
const flow: Flow = {
  name: "x",
  title: { zh: "试", en: "Try" },
  start: "menu",
  language: "zh",
  voice: "female",
  nodes: { menu, say: { kind: "announce", note: "", prompts: ["hello"], next: "queue" }, queue: KINDS.queue.fresh(""), lone: KINDS.hang_up.fresh("") },
};

describe("ways", () => {
  it("of a menu are its keys, what else happens, and the person", () => {
    expect(waysOf(menu).map((way) => [way.field, way.key ?? "", way.to])).toEqual([["keys", "1", "queue"], ["keys", "2", "say"], ["otherwise", "", "queue"], ["operator", "0", "queue"]]);
  });

  it("tell what leads to a node and what is reached", () => {
    expect(leadingTo(flow, "queue")).toEqual(["menu", "say"]);
    expect([...reached(flow)].sort()).toEqual(["menu", "queue", "say"]);
  });
});

describe("editing", () => {
  it("renames with everything that leads there, and keeps the order", () => {
    const next = renameNode(flow, "menu", "welcome");
    expect(Object.keys(next.nodes)).toEqual(["welcome", "say", "queue", "lone"]);
    expect(next.start).toBe("welcome");
    expect(leadingTo(renameNode(flow, "queue", "people"), "people")).toEqual(["menu", "say"]);
  });

  it("deletes: what led there leads on, or stays for the check to find", () => {
    expect(heirOf(flow, "say")).toBe("queue");
    expect(leadingTo(deleteNode(flow, "say", "queue"), "say")).toEqual([]);
    expect(leadingTo(deleteNode(flow, "say", null), "say")).toEqual(["menu"]);
    expect(deleteNode(flow, "menu", "say").start).toBe("say");
  });

  it("adds behind a node: the new one leads where that node led", () => {
    const { flow: next, added } = addAfter(flow, "say", "menu");
    expect(added).toBe("menu-2");
    expect(waysOf(next.nodes["say"]!)[0]!.to).toBe("menu-2");
    expect(waysOf(next.nodes["menu-2"]!).every((way) => way.to === "queue")).toBe(true);
    expect(Object.keys(next.nodes)).toEqual(["menu", "say", "menu-2", "queue", "lone"]);
    expect(waysOf(addAfter(flow, "queue", "survey").flow.nodes["queue"]!)).toEqual([{ to: "survey", field: "after" }]);
  });

  it("copies a node beside itself, and finds free names and keys", () => {
    expect(duplicate(flow, "say").flow.nodes["say-2"]).toEqual(flow.nodes["say"]);
    expect(freeNode(flow, "say")).toBe("say-2");
    expect(freeKey(menu)).toBe("3");
  });

  it("turns a node into another kind and keeps what both have", () => {
    const next = changeKind(flow, "say", "notice").nodes["say"]!;
    expect(next).toEqual({ kind: "notice", note: "", prompts: ["hello"], next: "queue" });
    expect(changeKind(flow, "say", "hang_up").nodes["say"]).toEqual({ kind: "hang_up", note: "", prompts: ["hello"] });
  });
});

describe("what is missing", () => {
  it("is what a new node of each kind still needs, and nothing else", () => {
    const needs = Object.fromEntries(KIND_NAMES.map((kind) => [kind, missingIn(KINDS[kind].fresh("bye"))]));
    expect(needs["menu"]).toEqual(["prompts"]);
    expect(needs["ticket_status"]).toEqual(["ask_number", "ask_digits", "found"]);
    expect(needs["transfer_out"]).toEqual(["number"]);
    expect(needs["flow"]).toEqual(["flow"]);
    expect(needs["hang_up"]).toEqual([]);
    expect(needs["condition"]).toEqual([]);
  });

  it("is found in rows of keys and tests, in numbers beyond their limits and in the title", () => {
    const broken = { ...menu, keys: [{ key: "12", to: "queue", says: "" }], tries: 0 } as Node;
    expect(missingIn(broken)).toEqual(["keys", "tries"]);
    const case_ = { when: [{ fact: "time" as const, queue: "", variable: "", at_least: null, at_most: null, is_one_of: [], since: "25:00", until: "08:00" }], to: "queue" };
    expect(missingIn({ kind: "condition", note: "", cases: [case_], otherwise: "queue" })).toEqual(["cases"]);
    const known = { when: [{ ...case_.when[0]!, fact: "variable" as const, variable: "ticket_due", since: null, until: null }], to: "queue" };
    expect(missingIn({ kind: "condition", note: "", cases: [known], otherwise: "queue" })).toEqual([]);
    expect(missingOf({ ...flow, title: { zh: " ", en: "x" } })).toEqual([{ node: "", field: "title" }]);
    expect(missingIn(KINDS.look_up.fresh("bye"))).toEqual([]);
    expect(missingIn({ ...KINDS.look_up.fresh("bye"), what: "webhook" } as Node)).toEqual(["webhook"]);
  });
});

describe("the difference of two editions", () => {
  it("names nodes added, removed and changed with their fields", () => {
    const next = { ...setNode(deleteNode(flow, "lone", null), "say", { ...flow.nodes["say"]!, note: "neu" }), start: "say" };
    const { flow: grown } = addAfter(next, "say", "hang_up");
    expect(diffFlows(flow, grown)).toEqual({ added: ["hang-up"], removed: ["lone"], changed: [{ node: "say", fields: ["note", "next"] }], head: ["start"] });
    expect(isNothing(diffFlows(flow, flow))).toBe(true);
    expect(diffFlows(null, flow).added.length).toBe(4);
  });
});

describe("undo", () => {
  it("goes back and forth, and a new change forgets what was taken back", () => {
    let past = changed(changed(begun(1), 2, "", 0), 3, "", 0);
    past = undone(undone(past));
    expect(past.now).toBe(1);
    expect(undone(past)).toBe(past);
    expect(redone(past).now).toBe(2);
    expect(redone(changed(past, 9, "", 0)).now).toBe(9);
  });

  it("joins what is typed into one field without a pause, and not what is corrected", () => {
    let past = changed(changed(begun("a"), "ab", "note", 1_000), "abc", "note", 1_400);
    expect(undone(past).now).toBe("a");
    past = changed(corrected(past, "ABC"), "abcd", "note", 9_000);
    expect(undone(past).now).toBe("ABC");
  });
});
