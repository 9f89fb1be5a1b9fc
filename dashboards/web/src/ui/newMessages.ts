/** How many messages nobody has taken yet: in the bar of every page, and on the page of messages. */

import { shallowRef, watch } from "vue";

import type { ListView } from "../live/protocol";
import { session, topic } from "../live/session";

export const newMessages = shallowRef(0);

/** The bar's part: ask at the start, and whenever the list has changed. */
export function followNewMessages(): void {
  const feed = topic<ListView>("messages");
  const changes = (): string => `${session.session.value?.account_id} ${feed.items.value.get("list")?.changed_at}`;
  watch(changes, () => void load(), { immediate: true });
}

async function load(): Promise<void> {
  if (session.state.value !== "in" || !session.may("work_messages")) return void (newMessages.value = 0);
  const page = await session.commands.hotline.listMessages({ state: "new" }).catch(() => null);
  if (page !== null) newMessages.value = page.new_count;
}
