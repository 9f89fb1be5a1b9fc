// Prints what a browser loads before the first page shows, compressed, and fails above the bar.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BAR_KB = 280;
const root = new URL("../../static/", import.meta.url);
const index = readFileSync(new URL("index.html", root), "utf8");
const wanted = new Set([...index.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]));
for (const name of wanted) {
  if (!name.endsWith(".js")) continue;
  // Static imports of the chunks, not those that a page loads later.
  for (const [, file] of readFileSync(new URL(name, root), "utf8").matchAll(/(?:^|[;}])import[^"'(]*["']\.\/([^"']+)["']/g)) wanted.add(`assets/${file}`);
}
const bytes = [...wanted].reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, root))).length, 0);
console.log(`initial load: ${wanted.size} files, ${(bytes / 1000).toFixed(0)} kB compressed (bar ${BAR_KB} kB)`);
if (bytes > BAR_KB * 1000) process.exit(1);
