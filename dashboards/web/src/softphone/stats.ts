/** What the browser counts of a call, brought into the shape that `quality` judges. */

export interface Counts {
  packets: number;
  lost: number;
  jitterS: number;
}

/** Sum up the received audio; zeros while there is none. */
export function countsOf(reports: Iterable<unknown>): Counts {
  const counts: Counts = { packets: 0, lost: 0, jitterS: 0 };
  for (const report of reports) {
    const one = report as { type?: string; kind?: string; packetsReceived?: number; packetsLost?: number; jitter?: number };
    if (one.type !== "inbound-rtp" || one.kind !== "audio") continue;
    counts.packets += one.packetsReceived ?? 0;
    counts.lost += one.packetsLost ?? 0;
    counts.jitterS = Math.max(counts.jitterS, one.jitter ?? 0);
  }
  return counts;
}
