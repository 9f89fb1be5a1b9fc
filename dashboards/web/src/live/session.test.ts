import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { FakeSockets } from "./fakeSocket";
import type { Right, Session } from "./protocol";
import { agent, AT } from "./samples";
import { SessionHolder } from "./session";

const person = (account_id: number, rights: Right[], agent_id: string | null): Session => ({
  account_id,
  login: "anna",
  name: "Anna",
  role: "agent",
  rights,
  agent_id,
  department: null,
  language: "zh",
  csrf: "c",
  must_set_password: false,
  expires_at: AT,
});

function page(first: Session) {
  const sockets = new FakeSockets();
  let answer: () => Response = () => Response.json(first);
  const holder = new SessionHolder(() => Promise.resolve(answer()), sockets.open);
  const refuse = () => (answer = () => Response.json({ code: "session.none", detail: "", ids: {} }, { status: 401 }));
  const accept = (next: Session) => (answer = () => Response.json(next));
  return { holder, sockets, refuse, accept };
}

async function withAgent() {
  const parts = page(person(1, ["set_own_mode"], "1001"));
  await parts.holder.start();
  parts.sockets.last.opens();
  parts.sockets.last.says({ type: "snapshot", topic: "agent.1001", seq: 1, at: AT, items: { agent: agent("1001") } });
  return parts;
}
const shown = (holder: SessionHolder) => holder.feed.topic("agent.1001").items.value.size;

// Frames of a screen come at once.
beforeAll(() => {
  vi.stubGlobal("document", { hidden: false });
  vi.stubGlobal("requestAnimationFrame", (work: () => void) => work());
});
afterAll(() => vi.unstubAllGlobals());

describe("the session", () => {
  it("follows one's own topic, also when one may see the floor", async () => {
    const { holder } = page(person(1, ["see_floor"], "1003"));
    await holder.start();
    expect(holder.topics()).toEqual(["calls", "agents", "queues", "check", "agent.1003"]);
  });

  it("ends and forgets everything when the service does not know it any more", async () => {
    const { holder, refuse } = await withAgent();
    expect(shown(holder)).toBe(1);
    refuse();
    await holder.commands.getCheck().catch(() => undefined);
    expect([holder.state.value, holder.session.value, shown(holder)]).toEqual(["out", null, 0]);
  });

  it("leaves the page as it is while a call goes on, and goes on with the same person", async () => {
    const { holder, refuse, accept } = await withAgent();
    holder.keepsPage = () => true;
    refuse();
    await holder.commands.getCheck().catch(() => undefined);
    expect([holder.state.value, holder.session.value?.login, shown(holder)]).toEqual(["expired", "anna", 1]);
    accept(person(1, ["set_own_mode"], "1001"));
    await holder.signIn("anna", "secret");
    expect([holder.state.value, shown(holder)]).toEqual(["in", 1]);
    holder.end(false);
  });

  it("shows nothing of the one before when another person signs in over the page", async () => {
    const { holder, refuse, accept } = await withAgent();
    holder.keepsPage = () => true;
    refuse();
    await holder.commands.getCheck().catch(() => undefined);
    accept(person(2, ["set_own_mode"], "1001"));
    await holder.signIn("ben", "secret");
    expect(shown(holder)).toBe(0);
    holder.end(false);
  });
});
