/** Whether both sides hear each other well, judged once a second from the browser's own counts. Pure. */

/** What is counted at one instant. Packets are totals since the call began; `micLevel` is the peak since the last one, 0-1. */
export interface Sample {
  at: number;
  packets: number;
  lost: number;
  jitterS: number;
  micLevel: number;
  isMuted: boolean;
  isHeld: boolean;
}

/** `loss`, `jitter`: the line is bad. `nothing_heard`: no sound arrives. `mic_silent`: none leaves here. */
export type Warning = "loss" | "jitter" | "nothing_heard" | "mic_silent";

export interface Watch {
  samples: readonly Sample[];
  /** When the last packet came; when the microphone last gave a sound, or did not have to. */
  packetAt: number;
  voiceAt: number;
  warnings: readonly Warning[];
}

/** Loss above it is heard as gaps. */
export const LOSS_RATIO = 0.03;
/** Jitter above it outruns the browser's buffer. */
export const JITTER_S = 0.04;
export const NOTHING_HEARD_MS = 3000;
export const MIC_SILENT_MS = 5000;
/** -80 dB: below every live microphone's own noise, above the zeros of one that is switched off at the headset. */
export const SILENT_LEVEL = 0.0001;
/** Loss is judged over the last so many ms, and not before so many packets have come. */
const WINDOW_MS = 10_000;
const ENOUGH_PACKETS = 100;

export function beginWatch(at: number): Watch {
  return { samples: [], packetAt: at, voiceAt: at, warnings: [] };
}

/** Return the watch with one more sample, and what is wrong now. */
export function watchQuality(watch: Watch, sample: Sample): Watch {
  const samples = [...watch.samples.filter((one) => sample.at - one.at <= WINDOW_MS), sample];
  const before = watch.samples.at(-1);
  const hasNew = before === undefined ? sample.packets > 0 : sample.packets > before.packets;
  // On hold nothing need come, and who is muted need not be heard.
  const packetAt = hasNew || sample.isHeld ? sample.at : watch.packetAt;
  const voiceAt = sample.micLevel > SILENT_LEVEL || sample.isMuted || sample.isHeld ? sample.at : watch.voiceAt;
  return { samples, packetAt, voiceAt, warnings: warningsOf(samples, sample, packetAt, voiceAt) };
}

function warningsOf(samples: readonly Sample[], last: Sample, packetAt: number, voiceAt: number): Warning[] {
  const warnings: Warning[] = [];
  if (last.at - packetAt >= NOTHING_HEARD_MS) warnings.push("nothing_heard");
  if (last.at - voiceAt >= MIC_SILENT_MS) warnings.push("mic_silent");
  if (lossRatio(samples) > LOSS_RATIO) warnings.push("loss");
  if (last.jitterS > JITTER_S && !last.isHeld) warnings.push("jitter");
  return warnings;
}

/** Lost / (lost + arrived) within the window; 0 while too few came to say. */
function lossRatio(samples: readonly Sample[]): number {
  const first = samples[0]!;
  const last = samples.at(-1)!;
  const lost = Math.max(0, last.lost - first.lost);
  const arrived = last.packets - first.packets;
  return lost + arrived < ENOUGH_PACKETS ? 0 : lost / (lost + arrived);
}
