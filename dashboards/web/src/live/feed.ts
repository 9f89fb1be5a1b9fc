/** Topics for components: what arrives between two frames of the screen becomes one update. */

import { shallowRef, type ShallowRef } from "vue";

import { ServerClock } from "./clock";
import { Connection, type LinkState, type Socket } from "./connection";
import type { AnyView, FromBrowser, ToBrowser, TopicChange } from "./protocol";
import { Topic, type TopicStatus } from "./topic";

/** One topic as components read it. The map is a new one after each update; unchanged entities stay the same objects. */
export interface TopicFeed<View extends AnyView = AnyView> {
  readonly items: ShallowRef<ReadonlyMap<string, View>>;
  readonly status: ShallowRef<TopicStatus>;
}

export interface FeedOptions {
  open: () => Socket;
  onRefused: () => void;
  onBye: (code: string) => void;
  /** Call `work` before the next frame. */
  schedule?: (work: () => void) => void;
  clock?: ServerClock;
  random?: () => number;
}

interface Slot {
  topic: Topic;
  feed: TopicFeed;
}

export class Feed {
  readonly link = shallowRef<LinkState>("stopped");
  /** "Data as of": the newest instant the server spoke of, ms. */
  readonly asOf = shallowRef<number | null>(null);
  /** The server's time, ms; moves once a second. */
  readonly now = shallowRef(Date.now());
  /** Since when the feed is not open, on the browser's clock; null while it is. */
  readonly downSince = shallowRef<number | null>(null);

  private readonly clock: ServerClock;
  private readonly connection: Connection;
  private readonly slots = new Map<string, Slot>();
  private wanted: string[] = [];
  private dirty = new Set<Slot>();
  private scheduled = false;
  private newest: number | null = null;
  private ticking: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: FeedOptions) {
    this.clock = options.clock ?? new ServerClock();
    this.connection = new Connection({
      open: options.open,
      onMessage: (message) => this.take(message),
      onState: (state) => this.linkChanged(state),
      onRefused: options.onRefused,
      ...(options.random ? { random: options.random } : {}),
    });
  }

  /** Open the link and keep these topics. */
  start(topics: readonly string[]): void {
    this.wanted = [...topics];
    for (const name of topics) this.slot(name);
    this.ticking ??= setInterval(() => (this.now.value = this.clock.now()), 1000);
    this.connection.start();
  }

  /** Close the link; what is shown stays, as an old picture. */
  pause(): void {
    this.connection.stop();
  }

  /** Close the link and forget everything: the next person must not see it. */
  stop(): void {
    this.connection.stop();
    clearInterval(this.ticking);
    this.ticking = undefined;
    for (const slot of this.slots.values()) {
      slot.topic = new Topic(slot.topic.name);
      this.touch(slot);
    }
    this.newest = null;
    this.flush();
  }

  /** Say something to the service; lost while the feed is down. */
  tell(message: FromBrowser): void {
    this.connection.send(message);
  }

  /** The server's time at this moment, ms. */
  time(): number {
    return this.clock.now();
  }

  hurry(): void {
    this.connection.hurry();
  }

  /** The topic as a component reads it; the same object each time. */
  topic<View extends AnyView>(name: string): TopicFeed<View> {
    return this.slot(name).feed as unknown as TopicFeed<View>;
  }

  private slot(name: string): Slot {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      const feed: TopicFeed = { items: shallowRef(new Map()), status: shallowRef("loading") };
      slot = { topic: new Topic(name), feed };
      this.slots.set(name, slot);
    }
    return slot;
  }

  private linkChanged(state: LinkState): void {
    this.link.value = state;
    if (state === "open") {
      this.downSince.value = null;
      this.connection.send({ type: "subscribe", topics: this.wanted });
      return;
    }
    this.downSince.value ??= Date.now();
    for (const slot of this.slots.values()) this.lose(slot);
  }

  private take(message: ToBrowser): void {
    if ("at" in message) this.observe(message.at);
    switch (message.type) {
      case "snapshot": {
        const slot = this.slot(message.topic);
        slot.topic.takeSnapshot(message);
        this.touch(slot);
        break;
      }
      case "changes":
        this.takeChanges(message.items);
        break;
      case "stale":
        for (const name of message.topics) this.lose(this.slot(name));
        break;
      case "bye":
        this.options.onBye(message.code);
        break;
      case "refused":
        console.warn("live feed refused:", message.code, message.message);
        break;
      case "ping":
        break;
    }
  }

  private takeChanges(items: readonly TopicChange[]): void {
    for (const [name, changes] of byTopic(items)) {
      const slot = this.slot(name);
      if (slot.topic.takeChanges(changes)) this.connection.send({ type: "subscribe", topics: [name] });
      this.touch(slot);
    }
  }

  private observe(at: string): void {
    this.clock.observe(at);
    const instant = Date.parse(at);
    if (Number.isNaN(instant)) return;
    this.newest = Math.max(this.newest ?? 0, instant);
    this.plan();
  }

  private lose(slot: Slot): void {
    slot.topic.lose();
    this.touch(slot);
  }

  private touch(slot: Slot): void {
    this.dirty.add(slot);
    this.plan();
  }

  private plan(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    (this.options.schedule ?? beforeNextFrame)(() => this.flush());
  }

  private flush(): void {
    this.scheduled = false;
    this.asOf.value = this.newest;
    for (const { feed, topic } of this.dirty) {
      feed.items.value = topic.items;
      feed.status.value = topic.status;
    }
    this.dirty.clear();
  }
}

/** A hidden page gets no frames, and its timers come once a second: a message to oneself comes at once. */
function beforeNextFrame(work: () => void): void {
  if (!document.hidden) return void requestAnimationFrame(work);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => (port1.close(), work());
  port2.postMessage(null);
}

function byTopic(items: readonly TopicChange[]): Map<string, TopicChange[]> {
  const groups = new Map<string, TopicChange[]>();
  for (const item of items) {
    const group = groups.get(item.topic);
    if (group) group.push(item);
    else groups.set(item.topic, [item]);
  }
  return groups;
}
