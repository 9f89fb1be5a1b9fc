/** Requests about the hotline itself: flows, prompts, hours, what callers leave, figures. Part of `commands`. */

import type {
  BlockCaller,
  BlockedCallers,
  CallbackPage,
  DraftSave,
  FlowCheck,
  FlowCounts,
  FlowFormIn,
  FlowGoBack,
  FlowList,
  FlowPage,
  FlowPublish,
  FlowTextIn,
  FlowVersions,
  FlowWritten,
  HotlinesNow,
  MenuReport,
  MessageBrief,
  MessageChange,
  MessagePage,
  PhoneTake,
  PromptByPhone,
  PromptChoice,
  PromptList,
  PromptMade,
  PromptTextIn,
  PromptView,
  SimulateIn,
  SimulateOut,
} from "./protocol";

/** `ask(method, path, body)`; `query(filter)` writes what stands behind the path. */
export interface Asking {
  ask: <Answer>(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: object) => Promise<Answer>;
  /** A file as it is; `name` goes along for its ending only. */
  send: <Answer>(path: string, file: Blob) => Promise<Answer>;
  query: (filter: object) => string;
}

export interface DaysFilter {
  /** Days, `2026-11-25`, both counted in. */
  since?: string;
  until?: string;
  hotline?: string;
}

export interface MessageFilter {
  state?: "new" | "taken" | "done";
  box?: string;
  before?: string;
}

export interface CallbackFilter {
  state?: "open" | "done";
  before?: string;
}

const id = encodeURIComponent;

/** Addresses for <audio> and downloads. */
export const messageSoundUrl = (name: string): string => `/api/messages/${id(name)}/sound`;
/** `voice`: `female`, `male`, or the id of an own recording. */
export const promptSoundUrl = (language: string, name: string, voice: string): string => `/api/prompts/${id(language)}/${id(name)}/sound/${id(voice)}`;

export const menuCsvUrl = (days: DaysFilter): string => `/api/reports/menu.csv?${new URLSearchParams(Object.entries(days).filter(([, value]) => value))}`;

export function hotlineCommands({ ask, send, query }: Asking) {
  const flow = (name: string) => `/api/flows/${id(name)}`;
  const prompt = (language: string, name: string) => `/api/prompts/${id(language)}/${id(name)}`;
  return {
    listFlows: () => ask<FlowList>("GET", "/api/flows"),
    getFlow: (name: string) => ask<FlowPage>("GET", flow(name)),
    checkFlow: (body: FlowTextIn) => ask<FlowCheck>("POST", "/api/flows/check", body),
    writeFlow: (body: FlowFormIn) => ask<FlowWritten>("POST", "/api/flows/write", body),
    saveDraft: (name: string, body: DraftSave) => ask<FlowPage>("PUT", `${flow(name)}/draft`, body),
    dropDraft: (name: string, version: number) => ask<void>("DELETE", `${flow(name)}/draft?version=${version}`),
    publishFlow: (name: string, body: FlowPublish) => ask<FlowPage>("POST", `${flow(name)}/publish`, body),
    putInForce: (name: string, body: FlowGoBack) => ask<FlowPage>("POST", `${flow(name)}/in-force`, body),
    listVersions: (name: string) => ask<FlowVersions>("GET", `${flow(name)}/versions`),
    getVersion: (name: string, version: number) => ask<FlowPage>("GET", `${flow(name)}/versions/${version}`),
    countFlow: (name: string, days: DaysFilter) => ask<FlowCounts>("GET", `${flow(name)}/counts${query(days)}`),
    simulate: (body: SimulateIn) => ask<SimulateOut>("POST", "/api/flows/simulate", body),

    listPrompts: () => ask<PromptList>("GET", "/api/prompts"),
    uploadPrompt: (language: string, name: string, file: Blob, text: string) =>
      send<PromptMade>(`${prompt(language, name)}/upload${query({ text })}`, file),
    choosePrompt: (language: string, name: string, body: PromptChoice) => ask<PromptView>("POST", `${prompt(language, name)}/in-force`, body),
    setPromptText: (language: string, name: string, body: PromptTextIn) => ask<PromptView>("PUT", `${prompt(language, name)}/text`, body),
    /** Rings the telephone and answers at once; `getTake` tells how far it is. */
    recordPrompt: (language: string, name: string, body: PromptByPhone) => ask<PhoneTake>("POST", `${prompt(language, name)}/by-phone`, body),
    getTake: (take: string) => ask<PhoneTake>("GET", `/api/prompt-takes/${id(take)}`),
    deletePrompt: (language: string, name: string, one: number) => ask<void>("DELETE", `${prompt(language, name)}/own/${one}`),

    hotlinesNow: () => ask<HotlinesNow>("GET", "/api/hotlines/now"),
    listBlocked: () => ask<BlockedCallers>("GET", "/api/blocked"),
    blockCaller: (body: BlockCaller) => ask<BlockedCallers>("POST", "/api/blocked", body),
    unblockCaller: (key: string) => ask<BlockedCallers>("DELETE", `/api/blocked/${id(key)}`),

    listMessages: (filter: MessageFilter) => ask<MessagePage>("GET", `/api/messages${query(filter)}`),
    changeMessage: (name: string, body: MessageChange) => ask<MessageBrief>("PUT", `/api/messages/${id(name)}`, body),
    callMessage: (name: string) => ask<void>("POST", `/api/messages/${id(name)}/call`, {}),
    listCallbacks: (filter: CallbackFilter) => ask<CallbackPage>("GET", `/api/callbacks${query(filter)}`),
    cancelCallback: (callback: number) => ask<CallbackPage>("DELETE", `/api/callbacks/${callback}`),
    callCallback: (callback: number) => ask<void>("POST", `/api/callbacks/${callback}/call`, {}),

    menuReport: (days: DaysFilter) => ask<MenuReport>("GET", `/api/reports/menu${query(days)}`),
  };
}
