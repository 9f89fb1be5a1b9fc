/** The feed's state for the bar and the banner. */

import { computed } from "vue";

import type { LinkView } from "../live/protocol";
import { session, topic } from "../live/session";
import { feedCode } from "./feedState";

export function useFeedState() {
  const { feed } = session;
  const switchLink = computed(() => topic<LinkView>("check").items.value.get("link"));
  const isStale = computed(() => session.topics().some((name) => topic(name).status.value === "stale"));
  const code = computed(() =>
    feedCode({
      link: feed.link.value,
      downSince: feed.downSince.value,
      browserNow: feed.now.value && Date.now(),
      asOf: feed.asOf.value,
      serverNow: feed.now.value,
      isStale: isStale.value,
      switchLink: switchLink.value,
    }),
  );
  return { code, switchLink, asOf: feed.asOf, now: feed.now };
}
