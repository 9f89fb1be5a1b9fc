/** The server's clock, seen from here: timers must be right on a computer whose own clock is wrong. */

const BUCKET_MS = 60_000;

/**
 * Every message says when its facts were true. The way here takes time, so the largest difference seen is the truest one.
 * The largest of the last one to two minutes counts, so that a drifting clock is followed.
 */
export class ServerClock {
  private bucketFrom = 0;
  private inBucket = -Infinity;
  private before = -Infinity;

  /** `local` is a clock in ms that never goes back. */
  constructor(
    private readonly local: () => number = () => performance.now(),
    private readonly wall: () => number = () => Date.now(),
  ) {}

  /** Take the instant of a message that has just arrived. */
  observe(at: string): void {
    const instant = Date.parse(at);
    if (Number.isNaN(instant)) return;
    const local = this.local();
    if (local - this.bucketFrom > BUCKET_MS) {
      this.before = this.inBucket;
      this.inBucket = -Infinity;
      this.bucketFrom = local;
    }
    this.inBucket = Math.max(this.inBucket, instant - local);
  }

  /** Server time in ms since 1970; this computer's own while no message has come. */
  now(): number {
    const offset = Math.max(this.inBucket, this.before);
    return offset === -Infinity ? this.wall() : this.local() + offset;
  }
}
