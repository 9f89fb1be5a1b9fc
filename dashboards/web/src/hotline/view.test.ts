import { describe, expect, it } from "vitest";

import { fitted, opened, showing, zoomed } from "./view";

const window = { width: 800, height: 600 };

describe("view", () => {
  it("scales around the point under the pointer, within limits", () => {
    const view = zoomed({ x: 10, y: 20, scale: 1 }, 2, { x: 110, y: 120 });
    expect(view).toEqual({ x: -90, y: -80, scale: 2 });
    expect(zoomed(view, 2, { x: 0, y: 0 }).scale).toBe(2);
  });

  it("shows all of a drawing, or the start of one that could not be read", () => {
    expect(fitted({ width: 400, height: 300 }, window)).toEqual({ scale: 1, x: 200, y: 150 });
    expect(fitted({ width: 1600, height: 600 }, window)).toEqual({ scale: 0.5, x: 0, y: 150 });
    expect(opened({ width: 16_000, height: 600 }, window, { x: 5_000 })).toEqual({ scale: 0.8, x: 400 - 4_000, y: 0 });
  });

  it("moves only as far as a box needs to be seen", () => {
    const view = { x: 0, y: 0, scale: 1 };
    expect(showing(view, { x: 100, y: 100, width: 172, height: 52 }, window)).toEqual(view);
    expect(showing(view, { x: 900, y: -50, width: 172, height: 52 }, window)).toEqual({ x: -296, y: 74, scale: 1 });
  });
});
