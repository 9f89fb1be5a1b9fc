import { describe, expect, it } from "vitest";

import { CommandFailed, createCommands } from "./commands";

interface Seen {
  path: string;
  init: RequestInit;
}

function service(answer: () => Response | Promise<Response>, csrf = "token") {
  const seen: Seen[] = [];
  let ends = 0;
  let refreshes = 0;
  const commands = createCommands({
    fetch: (path, init) => {
      seen.push({ path: String(path), init: init! });
      return Promise.resolve().then(answer);
    },
    csrf: () => csrf,
    onSessionEnd: () => (ends += 1),
    onTokenRefused: () => (refreshes += 1),
  });
  return { commands, seen, ends: () => ends, refreshes: () => refreshes };
}
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const headers = (seen: Seen) => seen.init.headers as Record<string, string>;

describe("commands", () => {
  it("send the token and a fresh key with every unsafe request, and neither with a safe one", async () => {
    const { commands, seen } = service(() => json({ command_id: "1" }, 202));
    await commands.hangUp("sys-1.1");
    await commands.hangUp("sys-1.1");
    await commands.getCheck();
    expect(headers(seen[0]!)["X-CSRF-Token"]).toBe("token");
    expect(headers(seen[0]!)["Idempotency-Key"]).toMatch(/^[0-9a-f]{32}$/);
    expect(headers(seen[0]!)["Idempotency-Key"]).not.toBe(headers(seen[1]!)["Idempotency-Key"]);
    expect(headers(seen[2]!)["X-CSRF-Token"]).toBeUndefined();
  });

  it("write ids safely into the path and leave out empty filters", async () => {
    const { commands, seen } = service(() => json({ calls: [], next: null }));
    await commands.getCall("a/../b?c#d");
    await commands.listCalls({ number: "138", queue: "" });
    expect(seen[0]!.path).toBe("/api/calls/a%2F..%2Fb%3Fc%23d");
    expect(seen[1]!.path).toBe("/api/calls?number=138");
  });

  it("turn problem+json into a failure with its code and ids", async () => {
    const problem = { type: "about:blank", title: "Gone", status: 404, code: "call.gone", detail: "It ended.", ids: { call: "x" } };
    const { commands } = service(() => json(problem, 404));
    const failure = await commands.hangUp("x").catch((reason: unknown) => reason);
    expect(failure).toBeInstanceOf(CommandFailed);
    expect(failure).toMatchObject({ code: "call.gone", status: 404, detail: "It ended.", ids: { call: "x" } });
  });

  it("make a code of the status when a stranger answers", async () => {
    const { commands } = service(() => new Response("<html>Bad gateway</html>", { status: 502 }));
    await expect(commands.getCheck()).rejects.toMatchObject({ code: "http.502" });
  });

  it("say that nobody answered, and that the answer was no JSON", async () => {
    const away = service(() => Promise.reject(new TypeError("failed to fetch")));
    await expect(away.commands.getCheck()).rejects.toMatchObject({ code: "net.away", status: 0 });
    const late = service(() => Promise.reject(new DOMException("late", "TimeoutError")));
    await expect(late.commands.getCheck()).rejects.toMatchObject({ code: "net.timeout" });
    const broken = service(() => new Response("<html>", { status: 200 }));
    await expect(broken.commands.getCheck()).rejects.toMatchObject({ code: "net.broken" });
  });

  it("end the session when the service knows none, but not for a wrong password or an old link", async () => {
    const refuse = (code: string) => () => json({ code, detail: "", ids: {} }, 401);
    const open = service(refuse("session.none"));
    await open.commands.getCheck().catch(() => undefined);
    expect(open.ends()).toBe(1);
    const link = service(refuse("link.over"));
    await link.commands.signInByLink({ token: "t" }).catch(() => undefined);
    expect(link.ends()).toBe(0);
    const none = service(refuse("session.none"), "");
    await none.commands.getSession().catch(() => undefined);
    expect(none.ends()).toBe(0);
  });

  it("fetch a new token when this page's is an old one", async () => {
    const { commands, refreshes, ends } = service(() => json({ code: "csrf", detail: "", ids: {} }, 403));
    await commands.hangUp("x").catch(() => undefined);
    expect([refreshes(), ends()]).toEqual([1, 0]);
  });

  it("understand an answer without a body", async () => {
    const { commands } = service(() => new Response(null, { status: 204 }));
    await expect(commands.signOut()).resolves.toBeUndefined();
  });
});

describe("the desk's commands", () => {
  const id = "sys-1.1";
  const body = (seen: Seen) => JSON.parse(String(seen.init.body)) as unknown;

  it("go to the call they are about, and say what is wanted", async () => {
    const { commands, seen } = service(() => json({ command_id: "1", call_id: id }, 202));
    await commands.transfer(id, { target: "1002" });
    await commands.consult(id, { target: "13800138000" });
    await commands.consultStep(id, { step: "conference" });
    await commands.changeRecording(id, { action: "pause" });
    await commands.askPhone(id, { action: "hold" });
    await commands.pressKeys(id, { keys: "12#" });
    await commands.takeBack(id);
    expect(seen.map((one) => [one.init.method, one.path.replace(`/api/calls/${id}/`, ""), body(one)])).toEqual([
      ["POST", "transfer", { target: "1002" }],
      ["POST", "consult", { target: "13800138000" }],
      ["POST", "consult/step", { step: "conference" }],
      ["POST", "recording", { action: "pause" }],
      ["POST", "phone", { action: "hold" }],
      ["POST", "keys", { keys: "12#" }],
      ["POST", "take-back", {}],
    ]);
  });

  it("dial by number, call, ticket or customer, so that no page need know a masked number", async () => {
    const { commands, seen } = service(() => json({ command_id: "1", call_id: "" }, 202));
    await commands.dial({ number: "13800138000" });
    await commands.dial({ call_id: id });
    await commands.callTicket(7);
    await commands.callCustomer(3, { index: 1 });
    expect(seen.map((one) => [one.path, body(one)])).toEqual([
      ["/api/calls", { number: "13800138000" }],
      ["/api/calls", { call_id: id }],
      ["/api/tickets/7/call", {}],
      ["/api/customers/3/call", { index: 1 }],
    ]);
  });

  it("give the telephone back without a body, under the page's name", async () => {
    const { commands, seen } = service(() => new Response(null, { status: 204 }));
    await commands.giveTelephoneBack("a&b");
    expect(seen[0]).toMatchObject({ path: "/api/telephone?page=a%26b", init: { method: "DELETE" } });
    expect(seen[0]!.init.body).toBeUndefined();
  });
});
