/** Codes by which records name entries of a rule. Pure. */

/** A code for a new entry, made from its English name; `taken` ones get a figure behind. */
export function codeFor(english: string, taken: readonly string[]): string {
  const plain = english.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 36) || "entry";
  let code = plain;
  for (let n = 2; taken.includes(code); n++) code = `${plain}_${n}`;
  return code;
}
