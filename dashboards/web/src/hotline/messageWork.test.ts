import { describe, expect, it } from "vitest";

import type { MessageBrief } from "../live/protocol";
import { MOVES, movesOf, STATES, withMessage } from "./messageWork";

const message = (name: string, state = "new"): MessageBrief => ({
  name,
  call_id: "c1",
  box: "complaints",
  hotline: "95002",
  number: "138****8000",
  left_at: "2026-11-25T08:00:00Z",
  length_s: 12,
  state,
  note: "",
  version: 0,
  changed_at: null,
  changed_by: "",
  is_playable: true,
});

describe("work of a message", () => {
  it("leads on from every state, and back to new", () => {
    expect(movesOf(message("a"))).toEqual(["taken", "done"]);
    expect(movesOf(message("a", "taken"))).toEqual(["done", "new"]);
    expect(movesOf(message("a", "done"))).toEqual(["new"]);
    expect(Object.values(MOVES).sort()).toEqual([...STATES].sort());
  });

  it("changes one row and leaves the others where they are", () => {
    const rows = [message("a"), message("b"), message("c")];
    const changed = withMessage(rows, message("b", "done"));
    expect(changed.map((row) => `${row.name} ${row.state}`)).toEqual(["a new", "b done", "c new"]);
    expect(changed[0]).toBe(rows[0]);
  });
});
