/** Where to go after signing in. */

/** Only addresses of our own: `next` stands in the address bar, so anyone may have written it. */
export function safeNext(next: unknown): string {
  return typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : "/";
}
