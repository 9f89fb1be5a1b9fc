/** What the agent sees and may do at the desk: one view model for every part of the page. Made once, with the first part. */

import { computed, effectScope, shallowRef, watch } from "vue";

import { CommandFailed } from "../live/commands";
import type { CallView, ConsultStep, ModeChange, PhoneRequest } from "../live/protocol";
import { session } from "../live/session";
import { BrowserTelephone, PAGE } from "../softphone/telephone";
import { sayFailed } from "../ui/say";
import { useOwn } from "./ownAgent";
import { isGhost, offered, stripOf } from "./strip";
import { transferState, type AskedTransfer } from "./transferWatch";

/** Time to allow the microphone and to register, before becoming ready is given up. */
const SIGN_IN_LIMIT_MS = 20_000;

/** The feed tells within a second; longer, and it is down. */
const SEEN_LIMIT_MS = 5000;

export type DialWish = { number: string } | { call_id: string } | { ticket: number } | { customer: number; index: number };
export type Desk = ReturnType<typeof make>;

let desk: Desk | undefined;

/** A goodbye that arrived shows on the floor within a tenth of this. */
const GOODBYE_MS = 1500;

export function useDesk(): Desk {
  // Detached: the telephone outlives the page on which it was first shown.
  desk ??= effectScope(true).run(make)!;
  return desk;
}

function make() {
  const telephone = new BrowserTelephone();
  const { agent: me, call, stranded, pops, status } = useOwn();
  const agentId = computed(() => session.session.value?.agent_id ?? "");
  const isBrowser = computed(() => me.value?.phone === "browser");
  const deskIsMuted = shallowRef(false);
  const isSigningIn = shallowRef(false);
  const asked = shallowRef<AskedTransfer | null>(null);
  const now = session.feed.now;

  const strip = computed(() => (me.value ? stripOf(me.value, telephone.line.value, deskIsMuted.value) : null));
  const can = computed(() => (me.value && strip.value ? offered(me.value, strip.value, call.value) : new Set<never>()));
  const pop = computed(() => pops.value.find((one) => one.call_id === call.value?.call_id) ?? null);
  const number = computed(() => pop.value?.caller_number || call.value?.caller_number || strip.value?.number || "");
  const hasFailedTransfer = computed(() => asked.value !== null && transferState(asked.value, call.value, agentId.value, now.value) === "failed");
  /** The browser's telephone is wanted from sign-in to sign-out. */
  const wantsBrowser = computed(() => isBrowser.value && (me.value?.mode !== "signed_out" || isSigningIn.value));

  watch(() => call.value?.call_id, () => (deskIsMuted.value = false));
  watch([asked, call, now], () => {
    if (asked.value !== null && transferState(asked.value, call.value, agentId.value, now.value) === "done") asked.value = null;
  });

  watch(now, (at) => {
    if (isBrowser.value && status.value === "current" && me.value && isGhost(me.value, telephone.line.value, at)) telephone.hangUp();
  });

  /** Ask the service about the present call; what it refuses is shown. */
  const ask = async (work: (call: CallView) => Promise<unknown>): Promise<boolean> => {
    if (call.value === undefined) return false;
    return said(work(call.value));
  };
  const askPhone = (action: PhoneRequest["action"]) => ask((one) => session.commands.askPhone(one.call_id, { action }));

  return {
    telephone,
    me,
    call,
    stranded,
    pops,
    status,
    agentId,
    isBrowser,
    isSigningIn,
    wantsBrowser,
    strip,
    can,
    pop,
    number,
    asked,
    hasFailedTransfer,

    answer: () => (isBrowser.value ? telephone.answer() : void askPhone("answer")),
    hangUp: () => {
      if (telephone.line.value.call === null) return void ask((one) => session.commands.hangUp(one.call_id));
      const before = call.value?.call_id;
      telephone.hangUp();
      // The goodbye may have gone into a dead socket, and the customer would listen to nothing: then the service says it.
      setTimeout(() => call.value?.call_id === before && telephone.line.value.call === null && void ask((one) => session.commands.hangUp(one.call_id)), GOODBYE_MS);
    },
    toggleHold: () => {
      const isHeld = strip.value?.state === "held";
      if (isBrowser.value) return void telephone.hold(!isHeld);
      void askPhone(isHeld ? "resume" : "hold");
    },
    toggleMute: async () => {
      const isOn = !strip.value?.isMuted;
      if (isBrowser.value) return telephone.mute(isOn);
      if (await askPhone(isOn ? "mute" : "unmute")) deskIsMuted.value = isOn;
    },
    press: (keys: string) => (isBrowser.value ? telephone.press(keys) : void ask((one) => session.commands.pressKeys(one.call_id, { keys }))),
    toggleRecording: () =>
      ask((one) => session.commands.changeRecording(one.call_id, { action: one.recording_paused_at === null ? "pause" : "resume" })),

    transfer: async (target: string) => {
      const before = call.value?.call_id;
      const isTaken = await ask((one) => session.commands.transfer(one.call_id, { target }));
      if (isTaken && before !== undefined) asked.value = { callId: before, target, at: session.feed.time() };
      return isTaken;
    },
    consult: (target: string) => ask((one) => session.commands.consult(one.call_id, { target })),
    consultStep: async (step: ConsultStep["step"]) => {
      const before = call.value?.call_id;
      const target = me.value?.consult?.target ?? "";
      const isTaken = await ask((one) => session.commands.consultStep(one.call_id, { step }));
      if (isTaken && step === "complete" && before !== undefined) asked.value = { callId: before, target, at: session.feed.time() };
    },
    dial: (wish: DialWish) => expecting(() => dial(wish)),
    takeBack: () => stranded.value && expecting(() => session.commands.takeBack(stranded.value!.call_id)),

    setMode: (mode: ModeChange["mode"], reason = "") => said(session.commands.setMode(agentId.value, { mode, reason })),
    ready: () => {
      if (me.value?.mode !== "wrap_up") return said(session.commands.setMode(agentId.value, { mode: "ready", reason: "" }));
      return said(session.commands.changeWrapUp(agentId.value, { action: "end" }));
    },
    moreTime: (extra_s: number) => said(session.commands.changeWrapUp(agentId.value, { action: "extend", extra_s })),
    toggleHelp: () => said(session.commands.changeHelp(agentId.value, { action: me.value?.help_since ? "end" : "ask" })),

    chooseDesk: () => said(session.commands.chooseTelephone({ kind: "desk", page: PAGE })),
    chooseBrowser: () => telephone.start(),
    signIn,
  };

  /** The switch will ring this telephone for what is asked now: it picks up by itself. */
  async function expecting(work: () => Promise<unknown>): Promise<boolean> {
    if (isBrowser.value) telephone.expect(true);
    const isTaken = await said(work());
    if (!isTaken) telephone.expect(false);
    return isTaken;
  }

  /** Take the chosen telephone, wait until it can ring, and be ready. */
  async function signIn(kind: "browser" | "desk"): Promise<void> {
    isSigningIn.value = true;
    try {
      if (kind === "desk") {
        if (!(await said(session.commands.chooseTelephone({ kind, page: PAGE })))) return;
      } else {
        await telephone.start();
        if (!(await awaited(() => isRegistered(telephone), SIGN_IN_LIMIT_MS))) return sayLate(telephone);
      }
      if (!(await said(session.commands.setMode(agentId.value, { mode: "ready", reason: "" })))) return;
      // Until the feed says so the page would take the agent for signed out, and put the telephone away.
      await awaited(() => (me.value?.mode === "signed_out" ? null : true), SEEN_LIMIT_MS);
    } finally {
      isSigningIn.value = false;
    }
  }
}

function dial(wish: DialWish): Promise<unknown> {
  if ("ticket" in wish) return session.commands.callTicket(wish.ticket);
  if ("customer" in wish) return session.commands.callCustomer(wish.customer, { index: wish.index });
  return session.commands.dial(wish);
}

/** Whether it went through; a refusal is shown. */
function said(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    (failure) => (sayFailed(failure), false),
  );
}

/** What was refused stands above the page; that nothing came of it must be said. */
function sayLate(telephone: BrowserTelephone): void {
  if (telephone.line.value.registration === "connecting") sayFailed(new CommandFailed("phone.late", 0));
}

/** Wait until `found` says something, and return it; null when it has not within the limit. */
function awaited<Found>(found: () => Found | null, limitMs: number): Promise<Found | null> {
  return new Promise((resolve) => {
    const end = (value: Found | null): void => (stop(), clearTimeout(limit), resolve(value));
    const limit = setTimeout(() => end(null), limitMs);
    const stop = watch(found, (value) => value !== null && end(value));
    const present = found();
    if (present !== null) end(present);
  });
}

/** Whether the telephone can ring; null while nobody knows yet. */
function isRegistered(telephone: BrowserTelephone): boolean | null {
  const { registration } = telephone.line.value;
  return registration === "connecting" ? null : registration === "registered";
}
