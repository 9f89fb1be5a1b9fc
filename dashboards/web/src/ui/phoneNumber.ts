/** Callers' numbers for the eye: groups are easier to read aloud. */

const MOBILE = /^(1\d{2})([\d*]{4})([\d*]{4})$/;

/** `13800138000` -> `138 0013 8000`; what is no Chinese mobile number stays as it is. Masked digits stay masked. */
export function grouped(number: string): string {
  return number.replace(MOBILE, "$1 $2 $3");
}
