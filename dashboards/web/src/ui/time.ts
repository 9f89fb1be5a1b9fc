/** Instants and durations as people read them. Instants come as ISO text in UTC and are shown in the browser's own zone. */

/** `m:ss`, from one hour on `h:mm:ss`. Never negative: clocks may differ by a little. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A measured duration; `–` while there is none. */
export function measured(seconds: number | null | undefined): string {
  return seconds == null ? "–" : duration(seconds);
}

/** Seconds from `since` to `until`, both ISO text or ms. */
export function secondsBetween(since: string | number, until: string | number): number {
  return (instant(until) - instant(since)) / 1000;
}

/** `HH:MM:SS`. */
export function clockTime(at: string | number): string {
  const date = new Date(instant(at));
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `YYYY-MM-DD HH:MM:SS`; the date is left out when it is that of `today`. */
export function dayAndTime(at: string | number, today?: number): string {
  const day = isoDay(instant(at));
  return today !== undefined && isoDay(today) === day ? clockTime(at) : `${day} ${clockTime(at)}`;
}

/** `YYYY-MM-DD` in the browser's zone. */
export function isoDay(at: string | number): string {
  const date = new Date(instant(at));
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function instant(at: string | number): number {
  return typeof at === "number" ? at : Date.parse(at);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
