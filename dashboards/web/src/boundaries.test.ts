import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

const SRC = new URL(".", import.meta.url).pathname;
/** Who may import whom. What lies directly in src (main, App, router) builds everything and may use all. */
const MAY_IMPORT: Record<string, string[]> = {
  live: [],
  text: [],
  ui: ["live", "text"],
  account: ["live", "ui", "text"],
  softphone: ["live"],
  casework: ["live", "ui", "text"],
  agent: ["live", "softphone", "casework", "ui", "text"],
  tickets: ["live", "casework", "ui", "text"],
  supervisor: ["live", "casework", "ui", "text"],
  hotline: ["live", "casework", "ui", "text"],
  admin: ["live", "ui", "text"],
  shell: ["live", "ui", "text", "agent", "pages"],
};

describe("boundaries", () => {
  it("hold: live knows nothing of the app, and pages do not know each other", () => {
    const broken: string[] = [];
    for (const path of readdirSync(SRC, { recursive: true }) as string[]) {
      const folder = path.split("/")[0]!;
      if (!path.includes("/") || !/\.(ts|vue)$/.test(path)) continue;
      const text = readFileSync(join(SRC, path), "utf8");
      for (const [, target] of text.matchAll(/from "\.\.\/(\w+)/g)) {
        if (!(MAY_IMPORT[folder] ?? []).includes(target!) && !path.includes("test.ts")) broken.push(`${path} -> ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it("hold: no page writes markup from text", () => {
    const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((path) => /\.(ts|vue)$/.test(path));
    const guilty = files.filter((path) => {
      const text = readFileSync(join(SRC, path), "utf8");
      return !path.includes("test.ts") && /v-html|innerHTML|dangerouslyUseHTMLString|outerHTML|insertAdjacentHTML/.test(text);
    });
    expect(guilty).toEqual([]);
  });

  it("hold: no template sets a style attribute, which the page's security policy would drop", () => {
    const files = (readdirSync(SRC, { recursive: true }) as string[]).filter((path) => path.endsWith(".vue"));
    expect(files.length).toBeGreaterThan(10);
    const guilty = files.filter((path) => /\sstyle="/.test(readFileSync(join(SRC, path), "utf8")));
    expect(guilty).toEqual([]);
  });
});
