import { describe, expect, it } from "vitest";

import { NO_CHOICE, parsedChoice, present } from "./audioChoice";
import { problemOf } from "./microphone";

describe("the choice of devices", () => {
  it("is the system's own when the wished one is unplugged", () => {
    expect(present("usb", [{ deviceId: "usb" }, { deviceId: "" }])).toBe("usb");
    expect(present("usb", [{ deviceId: "other" }])).toBe("");
  });

  it("survives what others wrote into the storage", () => {
    expect(parsedChoice(null)).toEqual(NO_CHOICE);
    expect(parsedChoice("{broken")).toEqual(NO_CHOICE);
    expect(parsedChoice('{"microphone": 5, "headset": "h", "answersAlways": "yes"}')).toEqual({ ...NO_CHOICE, headset: "h" });
  });
});

describe("a microphone that does not open", () => {
  it("has its own reason each: no permission, none there, in use", () => {
    expect(problemOf("NotAllowedError")).toBe("denied");
    expect(problemOf("NotFoundError")).toBe("none");
    expect(problemOf("OverconstrainedError")).toBe("none");
    expect(problemOf("NotReadableError")).toBe("busy");
    expect(problemOf("AbortError")).toBe("failed");
  });
});
