/** Who is signed in, what they may do, and the live feed that belongs to them. */

import { shallowRef } from "vue";

import { CommandFailed, createCommands, type Commands } from "./commands";
import type { Socket } from "./connection";
import { Feed } from "./feed";
import type { AnyView, Right, Session } from "./protocol";

/** `unknown`: not asked yet. `unreachable`: asked, no answer. `expired`: over, but the page stays until somebody signs in. */
export type SessionState = "unknown" | "in" | "out" | "unreachable" | "expired";

export class SessionHolder {
  readonly state = shallowRef<SessionState>("unknown");
  readonly session = shallowRef<Session | null>(null);
  /** The session ended without this page asking for it. */
  readonly wasEnded = shallowRef(false);
  /** Whether an expired session must leave the page as it is: a call in the page's telephone goes on. */
  keepsPage: () => boolean = () => false;
  readonly commands: Commands;
  readonly feed: Feed;

  constructor(fetcher: typeof fetch = (...call) => fetch(...call), open: () => Socket = openLive) {
    this.commands = createCommands({
      fetch: fetcher,
      csrf: () => this.session.value?.csrf ?? "",
      onSessionEnd: () => this.expire(),
      onTokenRefused: () => void this.start(),
    });
    this.feed = new Feed({
      open,
      onRefused: () => void this.recheck(),
      onBye: (code) => {
        if (code.startsWith("session")) void this.recheck();
      },
    });
  }

  /** Ask who this browser is. Never throws: the state tells. */
  async start(): Promise<void> {
    try {
      this.take(await this.commands.getSession());
    } catch (failure) {
      const isOut = failure instanceof CommandFailed && failure.status === 401;
      this.state.value = isOut ? "out" : "unreachable";
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    this.take(await this.commands.signIn({ login, password }));
  }

  async signInByLink(token: string): Promise<void> {
    this.take(await this.commands.signInByLink({ token }));
  }

  /** Set a password. All sessions of this person end with it; the answer is a new one for this page. */
  async setPassword(password: string, current: string): Promise<void> {
    this.take(await this.commands.setPassword({ password, current }));
  }

  async setLanguage(language: Session["language"]): Promise<void> {
    const session = this.session.value;
    if (session === null || session.language === language) return;
    this.session.value = { ...session, language };
    await this.commands.setLanguage({ language });
  }

  async signOut(): Promise<void> {
    await this.commands.signOut();
    this.end(false);
  }

  may(right: Right): boolean {
    return this.session.value?.rights.includes(right) ?? false;
  }

  /** Topics this person may see. */
  topics(): string[] {
    const topics: string[] = [];
    if (this.may("see_floor")) topics.push("calls", "agents", "queues");
    if (this.may("see_check") || this.may("see_floor")) topics.push("check");
    // That a list has changed; a department is told of its own tickets only.
    if (this.may("see_tickets")) topics.push("tickets");
    else if (this.session.value?.department) topics.push(`tickets.${this.session.value.department}`);
    if (this.may("see_customers")) topics.push("customers");
    if (this.may("work_messages")) topics.push("messages");
    const agentId = this.session.value?.agent_id;
    // Also for those who see the floor: one's pops and whole numbers come on one's own topic only.
    if (agentId != null) topics.push(`agent.${agentId}`);
    return topics;
  }

  /** Forget everything of this person. */
  end(wasEnded: boolean): void {
    this.wasEnded.value = wasEnded && this.session.value !== null;
    this.session.value = null;
    this.state.value = "out";
    this.feed.stop();
  }

  /** The service does not know the session any more. What is shown stays while a call goes on. */
  private expire(): void {
    if (this.session.value === null || !this.keepsPage()) return this.end(true);
    this.state.value = "expired";
    this.feed.pause();
  }

  private take(session: Session): void {
    const isSame = this.state.value === "expired" && this.session.value?.account_id === session.account_id;
    this.wasEnded.value = false;
    this.session.value = session;
    this.state.value = "in";
    const topics = this.topics();
    // A restarted feed: a new session may see other topics than the one before. The same person keeps what is shown.
    if (isSame) this.feed.pause();
    else this.feed.stop();
    if (topics.length > 0 && !session.must_set_password) this.feed.start(topics);
  }

  /** The feed was turned away: is the session still ours? A 401 ends it by way of `onSessionEnd`. */
  private async recheck(): Promise<void> {
    if (this.state.value !== "in") return;
    await this.commands.getSession().catch(() => undefined);
  }
}

/** The one session of this page. */
export const session = new SessionHolder();

/** Read one of the session's topics. */
export function topic<View extends AnyView>(name: string) {
  return session.feed.topic<View>(name);
}

function openLive(): Socket {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}/api/live`);
}
