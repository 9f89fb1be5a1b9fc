/** This page's telephone, put together: the grant, the line, the microphone, the sounds. One for the whole page. */

import { shallowRef } from "vue";

import { CommandFailed } from "../live/commands";
import type { TelephoneChoice, TelephoneGrant } from "../live/protocol";
import { session } from "../live/session";
import { keepChoice, keptChoice, present, type AudioChoice } from "./audioChoice";
import { answersItself, QUIET_LINE, step, type Line, type LineEvent } from "./line";
import { Microphone, MicrophoneFailed, type MicrophoneProblem } from "./microphone";
import { Phone } from "./phone";
import { beginWatch, watchQuality, type Warning, type Watch } from "./quality";
import { listDevices, Speaker, Tones, type Devices } from "./speaker";
import { countsOf } from "./stats";

/** Names this loading of the page: a reload is another one, and the service knows that the old one is gone. */
export const PAGE = freshPage();

/** Another page of this agent has the telephone, and was not asked to give it up. */
const ELSEWHERE = "telephone.elsewhere";
const ASK_AGAIN_MS = 4000;
/** The page before a reload may seem to be there a moment longer than it was. */
const LOOK_AGAIN_MS = 1200;
const MEASURE_MS = 1000;
const LISTEN_MS = 200;

export class BrowserTelephone {
  readonly line = shallowRef<Line>(QUIET_LINE);
  readonly problem = shallowRef<MicrophoneProblem | null>(null);
  readonly warnings = shallowRef<readonly Warning[]>([]);
  /** The browser plays nothing before a click. */
  readonly isSoundBlocked = shallowRef(false);
  readonly devices = shallowRef<Devices>({ microphones: [], speakers: [], canChooseSpeaker: false });
  readonly choice = shallowRef<AudioChoice>(keptChoice());

  /** Call that the page before this one lost, to be led back here; empty when there is none, or it was asked for. */
  readonly inherited = shallowRef("");

  private readonly context = new AudioContext();
  private readonly microphone = new Microphone(this.context, () => void this.openMicrophone());
  private readonly voice = new Speaker(() => (this.isSoundBlocked.value = true));
  private readonly ringer = new Speaker(() => (this.isSoundBlocked.value = true));
  private readonly tones = new Tones(this.context);
  private phone: Phone | null = null;
  /** Counts starts and stops: what an earlier one still waits for is void. */
  private turn = 0;
  private wasRenewed = false;
  private watch: Watch | null = null;
  /** The loudest since the last measurement. */
  private micPeak = 0;
  private readonly again = new Set<ReturnType<typeof setTimeout>>();

  constructor() {
    setInterval(() => void this.measure(), MEASURE_MS);
    setInterval(() => this.watch !== null && (this.micPeak = Math.max(this.micPeak, this.microphone.level())), LISTEN_MS);
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => this.unblock(), true);
    addEventListener("pagehide", () => this.phone?.drop());
    addEventListener("online", () => this.phone?.prove());
    (navigator.mediaDevices as MediaDevices | undefined)?.addEventListener("devicechange", () => void this.devicesChanged());
  }

  /** Open the microphone, get a grant, register. Whatever fails is seen in `problem` and `line`. */
  async start(take = false): Promise<void> {
    const turn = this.quit();
    this.apply({ type: "registration", to: "connecting" });
    if (!(await this.openMicrophone()) || turn !== this.turn) return;
    let grant = await this.ask({ kind: "browser", page: PAGE, take });
    if (grant === null && turn === this.turn && this.line.value.registration === "elsewhere") {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      if (turn === this.turn) grant = await this.ask({ kind: "browser", page: PAGE, take });
    }
    if (grant === null || turn !== this.turn) return;
    this.apply({ type: "registration", to: "connecting" });
    this.inherited.value = grant.call_in_progress;
    const phone = await Phone.start(grant, sipUrl(), this.wiring());
    if (turn === this.turn) this.phone = phone;
    else phone.stop();
  }

  /** Put the telephone away: signed out, or the desk telephone was chosen. The secret ends with it. */
  stop(): void {
    const wasOurs = this.phone !== null;
    this.quit();
    if (wasOurs && session.state.value === "in") void session.commands.giveTelephoneBack(PAGE).catch(() => undefined);
    this.microphone.close();
    this.problem.value = null;
    this.line.value = QUIET_LINE;
  }

  answer(): void {
    this.phone?.answer();
  }

  hangUp(): void {
    this.phone?.hangUp();
  }

  mute(isOn: boolean): void {
    this.phone?.mute(isOn);
  }

  hold(isOn: boolean): boolean {
    return this.phone?.hold(isOn) ?? false;
  }

  press(keys: string): void {
    this.phone?.press(keys);
  }

  /** The next call comes because this agent asked for it; `false`: it will not come. */
  expect(is: boolean): void {
    this.apply({ type: "expected", is });
  }

  /** Look whether the way to the switch still works. */
  prove(): void {
    this.phone?.prove();
  }

  async choose(choice: AudioChoice): Promise<void> {
    const isOther = choice.microphone !== this.choice.value.microphone;
    this.choice.value = choice;
    keepChoice(choice);
    await this.useDevices();
    // A call keeps the microphone that it began with.
    if (isOther && this.microphone.isOpen) await this.openMicrophone();
  }

  testSound(of: "headset" | "ringer"): void {
    if (this.line.value.call === null) this.tones.test(of === "headset" ? this.voice : this.ringer);
  }

  /** The microphone's present peak, 0-1. */
  level(): number {
    return this.microphone.level();
  }

  private quit(): number {
    for (const timer of this.again) clearTimeout(timer);
    this.again.clear();
    this.phone?.stop();
    this.phone = null;
    const call = this.line.value.call;
    if (call !== null) this.apply({ type: "over", id: call.id });
    return ++this.turn;
  }

  private async ask(choice: TelephoneChoice): Promise<TelephoneGrant | null> {
    try {
      return await session.commands.chooseTelephone(choice);
    } catch (failure) {
      this.refused(failure instanceof CommandFailed ? failure.code : "error");
      return null;
    }
  }

  private refused(code: string): void {
    const isElsewhere = code === ELSEWHERE;
    this.apply({ type: "registration", to: isElsewhere ? "elsewhere" : "refused", why: code });
    // Nobody was there to say no: ask again, until somebody is.
    if (!/^(net\.|http\.50|switch\.(away|unknown)|database\.)/.test(code)) return;
    const turn = this.turn;
    this.later(() => turn === this.turn && (this.phone === null ? void this.start() : void this.renew()));
  }

  private later(work: () => unknown): void {
    const timer = setTimeout(() => (this.again.delete(timer), work()), ASK_AGAIN_MS);
    this.again.add(timer);
  }

  /** Ask for a fresh secret for the same page: the old one is not good any more, or belonged to a session that is over. */
  async renew(): Promise<void> {
    const turn = this.turn;
    const grant = await this.ask({ kind: "browser", page: PAGE, take: false });
    if (grant !== null && turn === this.turn) this.phone?.renew(grant);
  }

  private wiring() {
    return {
      onEvent: (event: LineEvent) => this.apply(event),
      onRefused: () => this.secretRefused(),
      // The service restarted, or forgot this page: a new grant makes it known again. Not at every try.
      onUnreachable: (count: number) => void (count % 3 === 1 && this.renew()),
      onTaken: () => this.taken(),
      onVoice: (stream: MediaStream) => this.voice.play(stream),
      microphone: () => this.microphone.copy(),
      answersItself: (asked: boolean) => answersItself(this.line.value, session.feed.time(), { always: this.choice.value.answersAlways, asked }),
    };
  }

  private secretRefused(): void {
    if (this.wasRenewed) return this.apply({ type: "registration", to: "refused", why: "phone.refused" });
    this.wasRenewed = true;
    void this.renew();
  }

  private taken(): void {
    this.quit();
    this.apply({ type: "registration", to: "elsewhere" });
  }

  private apply(event: LineEvent): void {
    const before = this.line.value;
    const line = step(before, event, session.feed.time());
    this.line.value = line;
    if (line.registration === "registered") this.wasRenewed = false;
    if (line.call?.state !== before.call?.state) this.sound(line);
  }

  private sound(line: Line): void {
    const state = line.call?.state;
    if (state === "ringing") this.tones.ring(this.ringer);
    else this.tones.stop();
    if (state === "talking") this.watch = beginWatch(session.feed.time());
    if (state !== undefined) return;
    this.voice.stop();
    this.watch = null;
    this.warnings.value = [];
  }

  private async measure(): Promise<void> {
    const connection = this.phone?.connection;
    const call = this.line.value.call;
    if (connection === undefined || this.watch === null || call === null) return;
    const counts = countsOf((await connection.getStats()).values());
    if (this.watch === null) return;
    const sample = { at: session.feed.time(), ...counts, micLevel: this.micPeak, isMuted: call.isMuted, isHeld: call.heldSince !== null };
    this.micPeak = 0;
    this.watch = watchQuality(this.watch, sample);
    if (this.watch.warnings.join() !== this.warnings.value.join()) this.warnings.value = this.watch.warnings;
  }

  private async openMicrophone(): Promise<boolean> {
    try {
      await this.microphone.open(this.choice.value.microphone);
      this.problem.value = null;
    } catch (failure) {
      this.problem.value = failure instanceof MicrophoneFailed ? failure.problem : "failed";
      this.microphone.close();
      // Nobody would hear this agent: better not to ring here.
      if (this.line.value.call === null) this.quit();
      this.apply({ type: "registration", to: "refused", why: "phone.microphone" });
      return false;
    }
    await this.useDevices();
    return true;
  }

  private async devicesChanged(): Promise<void> {
    await this.useDevices();
    if (this.problem.value !== null) await this.start();
  }

  private async useDevices(): Promise<void> {
    this.devices.value = await listDevices();
    const { speakers } = this.devices.value;
    await this.voice.use(present(this.choice.value.headset, speakers));
    await this.ringer.use(present(this.choice.value.ringer, speakers));
  }

  private unblock(): void {
    if (this.context.state === "suspended") void this.context.resume();
    if (!this.isSoundBlocked.value) return;
    this.isSoundBlocked.value = false;
    this.voice.resume();
    this.ringer.resume();
  }
}

function sipUrl(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/sip?page=${PAGE}`;
}

function freshPage(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
