/** Short messages at the top of the page, and questions before something that cannot be taken back. */

import { ElMessage, ElMessageBox } from "element-plus";
import "element-plus/es/components/message/style/css";
import "element-plus/es/components/message-box/style/css";
import { h } from "vue";

import { CommandFailed } from "../live/commands";
import { t, word } from "../text";
import { filled } from "./filled";

/** Return why a request failed, in the language of the screen. */
export function reasonOf(failure: unknown): string {
  if (!(failure instanceof CommandFailed)) return word("problem", "error");
  // An unknown code still has the service's own sentence; a stranger's answer has only its status.
  const otherwise = failure.detail || word("problem", `http.${failure.status}`, word("problem", "error"));
  return filled(word("problem", failure.code, otherwise), failure.ids);
}

export function sayDone(text: string): void {
  ElMessage({ type: "success", message: text, grouping: true, duration: 3000 });
}

export function sayFailed(failure: unknown): void {
  ElMessage({ type: "error", message: reasonOf(failure), grouping: true, duration: 6000, showClose: true });
}

/** Say what was done and offer to take it back. */
export function sayWithUndo(text: string, undo: () => void): void {
  const message = ElMessage({
    type: "success",
    duration: 8000,
    showClose: true,
    message: h("span", { class: "undo-line" }, [
      text,
      h("button", { class: "bare undo", type: "button", onClick: () => (message.close(), undo()) }, t("common.undo")),
    ]),
  });
}

/** Ask first. Resolves to true when the answer is yes. `isLoss`: what is lost by it does not come back. */
export async function confirmed(text: string, title: string, yes: string, { isLoss = false } = {}): Promise<boolean> {
  const answer = ElMessageBox.confirm(text, title, {
    type: "warning",
    confirmButtonText: yes,
    confirmButtonType: isLoss ? "danger" : "primary",
    cancelButtonText: t("common.cancel"),
    autofocus: true,
  });
  return answer.then(
    () => true,
    () => false,
  );
}
