import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { en } from "./en";
import { zh } from "./zh";

const SRC = new URL("..", import.meta.url).pathname;
const flat = (tree: object, prefix = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[prefix + key, value] as [string, string]] : flat(value as object, `${prefix}${key}.`),
  );
const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
const chinese = new Map(flat(zh));
const english = new Map(flat(en));
const sources = (readdirSync(SRC, { recursive: true }) as string[])
  .filter((path) => /\.(vue|ts)$/.test(path) && !path.includes("test.ts") && !path.startsWith("text/"))
  .map((path) => readFileSync(join(SRC, path), "utf8"))
  .join("\n");
/** Tables whose keys come from the service, or are put together from a code. */
const BY_CODE = /^((callbackWhy|queue|hotline|problem|gauge|menuOutcome|menuNode|refusal|endedBy|role|stage|outcome|offerOutcome|end|legKind|agent\.(mode|phase|reason|device)|check\.(level|difference)|test\.step|floor\.(filter|consult)|nav|keys|messages\.(state|move|did)|callbacks\.(view|state|empty)|reports\.(column|definition)|cases\.(group|direction|priority|state|due|part)|customers\.kinds|tickets\.(view|channels|move|words|event|field)|rules\.(desk|deskNote|calling|fault))\.|check\.(bad|warn|unknown)$)/;
const OF_DESK = /^(desk\.(do|phase|titleMark|consultState|target|target\.(go|hint))|phone\.(kind|kindHint|registration|microphone|microphoneHint|quality|qualityHint))\.|^phone\.(headset|ringer)$/;
/** Put together from codes of flows: kinds, fields, flaws, outcomes. */
const OF_PROMPTS = /^(blocked\.terms|prompts\.(kind|state|source|voice|phone\.(ringing|recording|checking))|hours\.(why|weekday|holidayKind|fault|calendar\.(fault|holiday|workday)|day$|night$))/;
const OF_FLOWS = /^flows\.(tab|languages|list\.(day|night)$|save|tone|kind|kindHint|field|fieldHint|choice|way|fact|factWord|outcome|diff|prompts\.say|sim\.(did|waiting|ready|seats|wait)|page\.(node|check|simulator|counts|diagram|text)|publish\.why)|^flaw(Wanted)?\./;

describe("text", () => {
  it("has the same keys in both languages", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  it("has the same slots in both languages, and no empty text", () => {
    for (const [key, text] of chinese) {
      expect(slots(english.get(key)!), key).toEqual(slots(text));
      expect(text.trim(), key).not.toBe("");
      expect(english.get(key)!.trim(), key).not.toBe("");
    }
  });

  it("is Chinese in zh and not in en", () => {
    const han = /\p{Script=Han}/u;
    for (const [key, text] of english) if (key !== "top.switchLanguage") expect(han.test(text), key).toBe(false);
    for (const [key, text] of chinese) if (key !== "top.switchLanguage") expect(han.test(text), `${key}: ${text}`).toBe(true);
  });

  it("has every key that a component asks for", () => {
    const asked = [...sources.matchAll(/\bt\(\s*["']([\w.]+)["']/g)].map((match) => match[1]!);
    expect(asked.length).toBeGreaterThan(50);
    for (const key of asked) expect(chinese.has(key), key).toBe(true);
  });

  it("has no text that nobody asks for", () => {
    const unused = [...chinese.keys()].filter((key) => !BY_CODE.test(key) && !OF_DESK.test(key) && !OF_FLOWS.test(key) && !OF_PROMPTS.test(key) && !sources.includes(key));
    expect(unused).toEqual([]);
  });

  it("is written nowhere else: components hold no Chinese of their own", () => {
    const code = sources.replace(/\/\*[\s\S]*?\*\/|\/\/.*$|<!--[\s\S]*?-->/gm, "");
    expect(code.match(/\p{Script=Han}+/gu) ?? []).toEqual([]);
  });
});
