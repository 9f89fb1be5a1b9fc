/** The microphone: opened once, lent to each call as a copy of its own, and measured. */

/** `insecure`: the browser gives microphones to https pages only. `denied`: not allowed by the user or by policy. */
export type MicrophoneProblem = "insecure" | "denied" | "none" | "busy" | "failed";

/** What the browser's error means. Names: Media Capture and Streams, 10.2. */
export function problemOf(name: string): MicrophoneProblem {
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return name === "NotReadableError" ? "busy" : "failed";
}

export class MicrophoneFailed extends Error {
  constructor(readonly problem: MicrophoneProblem) {
    super(`microphone: ${problem}`);
  }
}

export class Microphone {
  private stream: MediaStream | null = null;
  private source: MediaStreamAudioSourceNode | null = null;
  private readonly meter: AnalyserNode;
  private readonly wave: Float32Array<ArrayBuffer>;

  /** `onLost`: the device was unplugged, or the permission taken away. */
  constructor(
    private readonly context: AudioContext,
    private readonly onLost: () => void,
  ) {
    this.meter = context.createAnalyser();
    // 0.17 s at 48 kHz: looked at five times a second, hardly a word is missed.
    this.meter.fftSize = 8192;
    this.wave = new Float32Array(this.meter.fftSize);
  }

  /** Open this device, or the system's when `deviceId` is empty. Raises MicrophoneFailed. */
  async open(deviceId: string): Promise<void> {
    const fresh = await ask(deviceId);
    this.close();
    this.stream = fresh;
    fresh.getAudioTracks()[0]?.addEventListener("ended", () => this.stream === fresh && this.onLost());
    this.source = this.context.createMediaStreamSource(fresh);
    this.source.connect(this.meter);
  }

  get isOpen(): boolean {
    return this.stream !== null;
  }

  /** A copy for one call, who stops it: JsSIP switches tracks off on hold and mute, and another call must not notice. */
  copy(): MediaStream | undefined {
    return this.stream?.clone();
  }

  /** The peak of the last few ms, 0-1; 0 without a microphone. */
  level(): number {
    if (this.stream === null) return 0;
    this.meter.getFloatTimeDomainData(this.wave);
    return this.wave.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
  }

  close(): void {
    this.source?.disconnect();
    this.source = null;
    const stream = this.stream;
    this.stream = null;
    for (const track of stream?.getTracks() ?? []) track.stop();
  }
}

async function ask(deviceId: string): Promise<MediaStream> {
  // Outside secure contexts `mediaDevices` is missing, whatever its type says.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new MicrophoneFailed("insecure");
  try {
    return await devices.getUserMedia({ audio: deviceId === "" ? true : { deviceId: { exact: deviceId } } });
  } catch (failure) {
    const problem = problemOf(failure instanceof Error ? failure.name : "");
    // The wished device is gone: better the system's than none.
    if (problem === "none" && deviceId !== "") return ask("");
    throw new MicrophoneFailed(problem);
  }
}
