/** The WebSocket: comes back by itself, notices silence, says why it is away. Knows nothing of topics' contents. */

import type { FromBrowser, ToBrowser } from "./protocol";

export type LinkState = "stopped" | "connecting" | "open" | "waiting";

/** The part of a WebSocket that is used here. */
export interface Socket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export interface ConnectionOptions {
  open: () => Socket;
  onMessage: (message: ToBrowser) => void;
  onState: (state: LinkState) => void;
  /** The socket ended before it ever opened: perhaps the session is over. */
  onRefused: () => void;
  random?: () => number;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** The server pings every 15 s: two missed ones and some patience. */
const SILENCE_LIMIT_MS = 35_000;

export class Connection {
  state: LinkState = "stopped";
  private socket: Socket | null = null;
  private attempts = 0;
  private wasOpen = false;
  private byeDelayMs: number | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: ConnectionOptions) {}

  start(): void {
    if (this.state === "stopped") this.connect();
  }

  /** Close for good; `start` begins anew. */
  stop(): void {
    this.attempts = 0;
    this.release();
    this.enter("stopped");
  }

  /** Try now instead of at the end of the back-off: the network is back, or somebody looks again. */
  hurry(): void {
    if (this.state === "waiting" && this.byeDelayMs === null) this.connect();
  }

  /** Send when open. Returns false otherwise: whoever subscribes does so again at the next opening. */
  send(message: FromBrowser): boolean {
    if (this.state !== "open" || this.socket === null) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  private connect(): void {
    this.release();
    this.wasOpen = false;
    this.enter("connecting");
    const socket = this.options.open();
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => this.received(event.data);
    socket.onclose = () => this.closed();
    this.watch();
  }

  private opened(): void {
    this.wasOpen = true;
    this.watch();
    this.enter("open");
  }

  private received(data: unknown): void {
    this.watch();
    const message = parsed(data);
    if (message === null) return;
    this.attempts = 0;
    if (message.type === "ping") this.send({ type: "pong" });
    if (message.type === "bye") this.byeDelayMs = Math.max(0, message.after_s) * 1000;
    this.options.onMessage(message);
  }

  private closed(): void {
    const refused = !this.wasOpen;
    this.release();
    const delay = this.delay();
    this.attempts += 1;
    this.enter("waiting");
    this.retry = setTimeout(() => {
      this.byeDelayMs = null;
      this.connect();
    }, delay);
    if (refused) this.options.onRefused();
  }

  /** Doubling with jitter, so that forty browsers do not come back in the same instant. */
  private delay(): number {
    const random = (this.options.random ?? Math.random)();
    if (this.byeDelayMs !== null) return this.byeDelayMs + random * 1000;
    const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.attempts);
    return full * (0.5 + random / 2);
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      const socket = this.socket;
      this.closed();
      socket?.close(4000, "silent");
    }, SILENCE_LIMIT_MS);
  }

  private release(): void {
    clearTimeout(this.retry);
    clearTimeout(this.watchdog);
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private enter(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    this.options.onState(state);
  }
}

function parsed(data: unknown): ToBrowser | null {
  if (typeof data !== "string") return null;
  try {
    const message: unknown = JSON.parse(data);
    const isMessage = typeof message === "object" && message !== null && "type" in message;
    return isMessage ? (message as ToBrowser) : null;
  } catch {
    return null;
  }
}
