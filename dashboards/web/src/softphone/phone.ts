/** The edge to JsSIP: registers, rings, answers. What happens is told as `LineEvent`s; nothing is decided here. */

import type { RTCSession } from "jssip/lib/RTCSession";
import type { DisconnectEvent, RTCSessionEvent, UA, UnRegisteredEvent } from "jssip/lib/UA";

import type { TelephoneGrant } from "../live/protocol";
import type { LineEvent } from "./line";
import { SipSocket, TAKEN_ELSEWHERE } from "./sipSocket";

export interface PhoneWiring {
  onEvent: (event: LineEvent) => void;
  /** The secret is not good (any more): 401, 403. */
  onRefused: () => void;
  /** The socket did not even open, `count` times now. */
  onUnreachable: (count: number) => void;
  /** Another page has the telephone now. */
  onTaken: () => void;
  onVoice: (stream: MediaStream) => void;
  /** A microphone for one call. */
  microphone: () => MediaStream | undefined;
  answersItself: (isAsked: boolean) => boolean;
}

/** JsSIP holds the answer back until Chromium has gathered all candidates, about 100 ms; the first one will do. */
const ICE_WAIT_MS = 20;
/** After a refusal that is no matter of the secret: Asterisk restarts, or is busy. */
const REGISTER_AGAIN_MS = 3000;
/** Longer than any answer over a network that works. */
const PROOF_MS = 3000;
const EXPIRES_S = 120;
/** RFC 4733: long enough for every menu. */
const KEY = { duration: 120, interToneGap: 80 };

type SendOptions = (target: string, body: string, options: { eventHandlers: { succeeded: () => void; failed: () => void } }) => void;

export class Phone {
  private session: RTCSession | null = null;
  private microphone: MediaStream | undefined;
  private wasDropped = false;
  private failedOpenings = 0;
  private again: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    private readonly ua: UA,
    private readonly address: string,
    private readonly socket: SipSocket,
    private readonly wiring: PhoneWiring,
  ) {}

  /** Register with this grant. JsSIP is fetched now, not with the page. */
  static async start(grant: TelephoneGrant, url: string, wiring: PhoneWiring): Promise<Phone> {
    const { UA: Agent } = await import("jssip");
    const socket = new SipSocket(url);
    const ua = new Agent({
      sockets: [socket],
      uri: grant.uri,
      authorization_user: grant.user,
      realm: grant.realm,
      ha1: grant.secret,
      register: true,
      register_expires: EXPIRES_S,
      // Asterisk and Chromium need none, and a refresh that fails would end a call.
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
    });
    const phone = new Phone(ua, grant.uri, socket, wiring);
    phone.listen();
    ua.start();
    return phone;
  }

  /** Go on with a fresh secret. */
  renew(grant: TelephoneGrant): void {
    this.ua.set("realm", grant.realm);
    this.ua.set("ha1", grant.secret);
    if (this.ua.isConnected()) return this.ua.register();
    // Not at the end of JsSIP's back-off: the way is free now. The types leave the transport out.
    (this.ua as unknown as { transport: { connect: () => void } }).transport.connect();
  }

  answer(): void {
    const session = this.session;
    if (session === null || !session.isInProgress()) return;
    this.microphone = this.wiring.microphone();
    this.wiring.onEvent({ type: "answering", id: session.id });
    session.answer({
      ...(this.microphone ? { mediaStream: this.microphone } : {}),
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers: [] },
    });
  }

  /** End the call, or refuse it while it rings: Asterisk then offers it to the next one. */
  hangUp(): void {
    const session = this.session;
    if (session === null || session.isEnded()) return;
    session.terminate(session.isEstablished() ? {} : { status_code: 486 });
  }

  mute(isOn: boolean): void {
    const session = this.session;
    if (session === null) return;
    if (isOn) session.mute({ audio: true });
    else session.unmute({ audio: true });
    this.wiring.onEvent({ type: "muted", id: session.id, is: isOn });
  }

  /** Ask by re-INVITE. False when it cannot be asked now; what came of it is a `held` event. */
  hold(isOn: boolean): boolean {
    if (this.session === null || !this.session.isEstablished()) return false;
    return isOn ? this.session.hold() : this.session.unhold();
  }

  press(keys: string): void {
    // The type is an enum that does not exist at run time.
    if (this.session?.isEstablished()) this.session.sendDTMF(keys, { ...KEY, transportType: "RFC2833" as never });
  }

  /** The network may have changed: show that the socket still leads somewhere, or take a new one. */
  prove(): void {
    if (!this.ua.isConnected()) return;
    const limit = setTimeout(() => this.socket.cut(), PROOF_MS);
    const answered = (): void => clearTimeout(limit);
    // Any answer will do, a refusal too. The types do not know the call, though it is documented.
    const { sendOptions } = this.ua as unknown as { sendOptions: SendOptions };
    sendOptions.call(this.ua, this.address, "", { eventHandlers: { succeeded: answered, failed: answered } });
  }

  get connection(): RTCPeerConnection | undefined {
    return this.session?.connection;
  }

  /** Leave without a word to the call: whether it is taken back or queued, the service decides. */
  drop(): void {
    this.socket.disconnect();
  }

  stop(): void {
    clearTimeout(this.again);
    this.socket.retire();
    this.ua.removeAllListeners();
    this.ua.stop();
    this.release();
  }

  private listen(): void {
    const { ua, wiring } = this;
    ua.on("connecting", () => wiring.onEvent({ type: "registration", to: "connecting" }));
    ua.on("connected", () => (this.failedOpenings = -1));
    ua.on("disconnected", (event: DisconnectEvent) => this.disconnected(event.code));
    ua.on("registered", () => this.registered());
    ua.on("registrationFailed", (event: UnRegisteredEvent) => this.registrationFailed(event.response as { status_code: number } | null));
    ua.on("newRTCSession", (event: RTCSessionEvent) => this.arrived(event));
  }

  private disconnected(code: number | undefined): void {
    this.wasDropped = true;
    if (code === TAKEN_ELSEWHERE) return this.wiring.onTaken();
    this.wiring.onEvent({ type: "registration", to: "connecting" });
    this.failedOpenings += 1;
    if (this.failedOpenings > 0) this.wiring.onUnreachable(this.failedOpenings);
  }

  private registered(): void {
    this.wiring.onEvent({ type: "registration", to: "registered" });
    // The dialog still names the old socket, and Asterisk's BYE would be lost: a re-INVITE gives it the new one.
    if (this.wasDropped && this.session?.isEstablished()) this.session.renegotiate();
    this.wasDropped = false;
  }

  private registrationFailed(response: { status_code: number } | null): void {
    if (response?.status_code === 401 || response?.status_code === 403) return this.wiring.onRefused();
    this.wiring.onEvent({ type: "registration", to: "connecting" });
    clearTimeout(this.again);
    this.again = setTimeout(() => this.ua.isConnected() && this.ua.register(), REGISTER_AGAIN_MS);
  }

  private arrived({ session, originator, request }: RTCSessionEvent): void {
    if ((originator as string) !== "remote") return;
    // One line: the switch tries the next agent.
    if (this.session !== null) return session.terminate({ status_code: 486 });
    this.session = session;
    this.follow(session);
    const { uri, display_name: name } = session.remote_identity;
    this.wiring.onEvent({ type: "rang", id: session.id, number: uri.user ?? "", name: name ?? "" });
    const asked = (request as { getHeader: (name: string) => string | undefined }).getHeader("Call-Info") ?? "";
    if (this.wiring.answersItself(/answer-after=0\b/.test(asked))) this.answer();
  }

  private follow(session: RTCSession): void {
    const { onEvent } = this.wiring;
    const { id } = session;
    let nudge: ReturnType<typeof setTimeout> | undefined;
    session.on("peerconnection", ({ peerconnection }) => this.listenTo(peerconnection));
    session.on("icecandidate", ({ candidate, ready }) => {
      if (candidate.protocol === "udp") nudge ??= setTimeout(ready, ICE_WAIT_MS);
    });
    session.on("accepted", () => onEvent({ type: "talking", id }));
    session.on("confirmed", () => onEvent({ type: "talking", id }));
    session.on("hold", ({ originator }) => (originator as string) === "local" && onEvent({ type: "held", id, is: true }));
    session.on("unhold", ({ originator }) => (originator as string) === "local" && onEvent({ type: "held", id, is: false }));
    session.on("ended", () => this.over(session));
    session.on("failed", () => this.over(session));
  }

  private listenTo(connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ streams, track }) => this.wiring.onVoice(streams[0] ?? new MediaStream([track])));
  }

  private over(session: RTCSession): void {
    if (this.session !== session) return;
    this.release();
    this.wiring.onEvent({ type: "over", id: session.id });
  }

  private release(): void {
    this.session = null;
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.microphone = undefined;
  }
}
