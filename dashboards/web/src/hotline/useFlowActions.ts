/** What the buttons and keys of the editor do to the flow. */

import type { Ref } from "vue";

import { t } from "../text";
import { sayDone, sayFailed } from "../ui/say";
import { addAfter, deleteNode, duplicate, freeNode, renameNode, setNode } from "./flowEdit";
import type { Flow, NodeKind } from "./flowTypes";
import type { FlowWork } from "./flowWork";
import { KINDS } from "./kinds";
import { leadingTo } from "./ways";

export function useFlowActions(work: FlowWork, selected: Ref<string>, select: (name: string) => void) {
  const flow = (): Flow => work.doc.flow!;
  const isOpen = (): boolean => work.doc.flow !== null && work.state.value !== "conflict";

  /** Behind the selected node; without one, beside all others. */
  function add(kind: NodeKind): void {
    if (!isOpen()) return;
    const name = selected.value;
    const { flow: next, added } = name === "" ? beside(kind) : addAfter(flow(), name, kind);
    work.change(next);
    select(added);
  }

  function beside(kind: NodeKind): { flow: Flow; added: string } {
    const added = freeNode(flow(), kind.replace("_", "-"));
    const next = setNode(flow(), added, KINDS[kind].fresh(flow().start));
    return { flow: Object.keys(flow().nodes).length === 0 ? { ...next, start: added } : next, added };
  }

  function copy(): void {
    const { flow: next, added } = duplicate(flow(), selected.value);
    work.change(next);
    select(added);
  }

  function rename(to: string): void {
    const count = leadingTo(flow(), selected.value).length;
    work.change(renameNode(flow(), selected.value, to));
    select(to);
    if (count > 0) sayDone(t("flows.node.renamed", { n: count }));
  }

  function remove(to: string | null): void {
    work.change(deleteNode(flow(), selected.value, to));
    select(to ?? "");
  }

  function start(): void {
    work.change({ ...flow(), start: selected.value });
  }

  /** Do it; say why when it cannot be done. */
  async function attempt(act: () => Promise<void>): Promise<void> {
    await act().catch(sayFailed);
  }

  return { add, duplicate: copy, rename, remove, start, attempt };
}
