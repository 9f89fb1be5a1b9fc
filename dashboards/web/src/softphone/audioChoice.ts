/** Which microphone, headset and ring loudspeaker this computer uses. Pure, but for the keeping. */

export interface AudioChoice {
  /** Device ids; empty: what the system uses. */
  microphone: string;
  headset: string;
  ringer: string;
  answersAlways: boolean;
}

export const NO_CHOICE: AudioChoice = { microphone: "", headset: "", ringer: "", answersAlways: false };

const KEPT_AS = "hotline.audio";

/** The wished device when it is plugged in, else the system's own. */
export function present(wished: string, devices: readonly { deviceId: string }[]): string {
  return devices.some((device) => device.deviceId === wished) ? wished : "";
}

/** Read what was kept; anything else than a choice counts as none. */
export function parsedChoice(text: string | null): AudioChoice {
  try {
    const kept = JSON.parse(text ?? "{}") as Partial<Record<keyof AudioChoice, unknown>>;
    const id = (value: unknown): string => (typeof value === "string" ? value : "");
    return { microphone: id(kept.microphone), headset: id(kept.headset), ringer: id(kept.ringer), answersAlways: kept.answersAlways === true };
  } catch {
    return NO_CHOICE;
  }
}

export function keptChoice(): AudioChoice {
  try {
    return parsedChoice(localStorage.getItem(KEPT_AS));
  } catch {
    return NO_CHOICE;
  }
}

export function keepChoice(choice: AudioChoice): void {
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify(choice));
  } catch {
    // Without storage the choice lives until the page closes.
  }
}
