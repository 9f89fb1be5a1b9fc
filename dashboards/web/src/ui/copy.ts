/** Copying, also on a page without TLS, where browsers offer no clipboard. */

/** Copy `text`; `box` shows the same text and is what gets selected when there is no other way. Tells whether it worked. */
export async function copyText(text: string, box: HTMLInputElement | undefined): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    box?.select();
    return document.execCommand("copy");
  }
}
