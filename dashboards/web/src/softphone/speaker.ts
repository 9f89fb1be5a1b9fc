/** Sounds that leave the page: the caller's voice, the ringing, a test tone, each on the device chosen for it. */

/** Seconds of ringing planned ahead: a hidden page's timers are late, the audio clock is not. */
const PLANNED_S = 90;
const RING_HZ = 450;
const RING_ON_S = 1;
const RING_EVERY_S = 3;

export interface Devices {
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
  /** Whether this browser lets a page choose its loudspeaker. */
  canChooseSpeaker: boolean;
}

/** What is plugged in. Names are empty until the microphone was allowed. */
export async function listDevices(): Promise<Devices> {
  const all = await ((navigator.mediaDevices as MediaDevices | undefined)?.enumerateDevices() ?? Promise.resolve([]));
  const of = (kind: MediaDeviceKind) => all.filter((one) => one.kind === kind && one.deviceId !== "");
  return { microphones: of("audioinput"), speakers: of("audiooutput"), canChooseSpeaker: "setSinkId" in HTMLMediaElement.prototype };
}

/** One loudspeaker. The element is never in the document: it makes sound all the same. */
export class Speaker {
  private readonly element = new Audio();

  /** `onBlocked`: the browser plays no sound before somebody has clicked. */
  constructor(private readonly onBlocked: () => void) {
    this.element.autoplay = true;
  }

  /** Send to this device; empty or gone: the system's. */
  async use(deviceId: string): Promise<void> {
    if (!("setSinkId" in this.element)) return;
    await this.element.setSinkId(deviceId).catch(() => this.element.setSinkId(""));
  }

  play(stream: MediaStream): void {
    this.element.srcObject = stream;
    this.resume();
  }

  stop(): void {
    this.element.srcObject = null;
  }

  /** Try again after a click. */
  resume(): void {
    if (this.element.srcObject === null) return;
    this.element.play().catch((failure: unknown) => {
      // Interrupted by the next stream or by the end of the call: no fault.
      if (failure instanceof DOMException && failure.name === "NotAllowedError") this.onBlocked();
    });
  }
}

/** Rings and test tones, made by oscillators: nothing is loaded. */
export class Tones {
  private playing: { oscillator: OscillatorNode; speaker: Speaker } | null = null;

  constructor(private readonly context: AudioContext) {}

  ring(speaker: Speaker): void {
    const bursts = Array.from({ length: PLANNED_S / RING_EVERY_S }, (_, index) => index * RING_EVERY_S);
    this.play(speaker, RING_HZ, bursts, RING_ON_S, 0.5);
  }

  test(speaker: Speaker): void {
    this.play(speaker, 440, [0, 0.6], 0.4, 0.4);
  }

  stop(): void {
    this.playing?.oscillator.stop();
    this.playing?.oscillator.disconnect();
    this.playing?.speaker.stop();
    this.playing = null;
  }

  private play(speaker: Speaker, frequency: number, starts: number[], length_s: number, volume: number): void {
    this.stop();
    const oscillator = new OscillatorNode(this.context, { frequency });
    const gain = new GainNode(this.context, { gain: 0 });
    const out = this.context.createMediaStreamDestination();
    const begin = this.context.currentTime + 0.05;
    for (const start of starts) {
      // Ramps of 20 ms: a hard edge clicks.
      gain.gain.setTargetAtTime(volume, begin + start, 0.02);
      gain.gain.setTargetAtTime(0, begin + start + length_s, 0.02);
    }
    oscillator.connect(gain).connect(out);
    oscillator.start();
    speaker.play(out.stream);
    this.playing = { oscillator, speaker };
  }
}
