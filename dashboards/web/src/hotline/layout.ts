/** Where everything of a flow's drawing stands: boxes in layers from top to bottom, lines with their words. Pure. */

import type { Flow } from "./flowTypes";
import { isJoint, layersOf, type Arc, type Layers } from "./layers";
import { waysOf, type Way } from "./ways";

export const BOX = { width: 176, height: 48 };
const GAP = { x: 24, y: 66, joint: 14 };
const MARGIN = 24;
const LABEL = { height: 18, letter: 7, wide: 13, most: 150, padding: 10 };
/** Rounds of moving boxes towards the middle of their neighbours. */
const ROUNDS = 10;

export interface Box {
  name: string;
  /** Upper left corner. */
  x: number;
  y: number;
}

/** All ways from one node to another, drawn as one line. */
export interface Line {
  from: string;
  to: string;
  ways: Way[];
  /** For `<path d>`. */
  path: string;
  /** Middle of its words. */
  label: { x: number; y: number; width: number };
  words: string;
}

export interface Drawing {
  width: number;
  height: number;
  boxes: Box[];
  lines: Line[];
}

interface Point {
  x: number;
  y: number;
}

/** `words`: what is written on a way; empty for none. Ways to nodes that do not exist are not drawn. */
export function draw(flow: Flow, words: (way: Way, from: string) => string): Drawing {
  const names = [...new Set([flow.start, ...Object.keys(flow.nodes)])].filter((name) => name in flow.nodes);
  const joined = joinedWays(flow, names);
  const long = joined.filter((one) => one.from !== one.to);
  const layers = layersOf(names, long);
  const centre = centres(layers);
  const tall = rowTops(layers.rows.length);
  const at = new Map(layers.rows.flatMap((row, n) => row.map((name) => [name, { x: centre.get(name)!, y: tall[n]! }] as const)));
  const ends = ports(long, layers, at);
  const lines = long.map((one, n) => lineOf(one, pointsOf(layers.routes[n]!, at, ends[n]!), layers.routes[n]!.isTurned, words));
  const loops = joined.filter((one) => one.from === one.to).map((one) => loopOf(one, at.get(one.from)!, words));
  const boxes = names.map((name) => ({ name, x: at.get(name)!.x - BOX.width / 2, y: at.get(name)!.y }));
  const right = Math.max(0, ...[...at.values()].map((point) => point.x)) + BOX.width / 2 + MARGIN;
  return { width: right, height: (tall.at(-1) ?? 0) + BOX.height + MARGIN, boxes, lines: apart([...lines, ...loops]) };
}

interface Joined extends Arc {
  ways: Way[];
}

function joinedWays(flow: Flow, names: readonly string[]): Joined[] {
  const found = new Map<string, Joined>();
  for (const from of names) {
    for (const way of waysOf(flow.nodes[from]!)) {
      if (!(way.to in flow.nodes)) continue;
      const key = `${from} ${way.to}`;
      const line = found.get(key) ?? { from, to: way.to, ways: [] };
      line.ways.push(way);
      found.set(key, line);
    }
  }
  return [...found.values()];
}

function rowTops(count: number): number[] {
  return Array.from({ length: count }, (_, n) => MARGIN + n * (BOX.height + GAP.y));
}

/** Middle of each name: as near to the middle of its neighbours as the order and the room allow. */
function centres({ rows, routes }: Layers): Map<string, number> {
  const beside = new Map<string, string[]>();
  for (const { names } of routes) {
    names.slice(1).forEach((name, at) => {
      const other = names[at]!;
      beside.set(name, [...(beside.get(name) ?? []), other]);
      beside.set(other, [...(beside.get(other) ?? []), name]);
    });
  }
  const centre = new Map<string, number>();
  for (const row of rows) spread(row, row.map(() => 0)).forEach((x, at) => centre.set(row[at]!, x));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const row of round % 2 === 0 ? rows : [...rows].reverse()) {
      const wanted = row.map((name) => mean((beside.get(name) ?? []).map((one) => centre.get(one)!)) ?? centre.get(name)!);
      spread(row, wanted).forEach((x, at) => centre.set(row[at]!, x));
    }
  }
  const left = Math.min(...centre.values()) - BOX.width / 2 - MARGIN;
  return new Map([...centre].map(([name, x]) => [name, x - left]));
}

/**
 * Places as near to `wanted` as can be (least squares) with enough room between neighbours: those that would overlap are
 * pushed together into blocks that stand where their members want on average.
 */
export function spread(row: readonly string[], wanted: readonly number[]): number[] {
  const offset: number[] = [];
  row.forEach((name, at) => offset.push(at === 0 ? 0 : offset[at - 1]! + room(row[at - 1]!, name)));
  const blocks: { sum: number; count: number }[] = [];
  for (const [at, x] of wanted.entries()) {
    blocks.push({ sum: x - offset[at]!, count: 1 });
    for (let last = blocks.at(-1)!, before = blocks.at(-2); before !== undefined && before.sum / before.count > last.sum / last.count; last = blocks.at(-1)!, before = blocks.at(-2)) {
      blocks.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  }
  return blocks.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count)).map((x, at) => x + offset[at]!);
}

function room(left: string, right: string): number {
  const half = (name: string): number => (isJoint(name) ? GAP.joint : BOX.width + GAP.x) / 2;
  return half(left) + half(right);
}

const mean = (numbers: readonly number[]): number | undefined => (numbers.length === 0 ? undefined : numbers.reduce((sum, one) => sum + one, 0) / numbers.length);

/** Where each line leaves and enters a box: side by side in the order of where it comes from or goes to; a bundle as one. */
function ports(arcs: readonly Arc[], { routes }: Layers, at: ReadonlyMap<string, Point>): { top: number; bottom: number }[] {
  const ends = arcs.map(() => ({ top: 0, bottom: 0 }));
  /** Side of a box -> what is next on its lines -> those lines. */
  const sides = new Map<string, Map<string, number[]>>();
  const add = (key: string, next: string, line: number): void => {
    const side = sides.get(key) ?? new Map<string, number[]>();
    sides.set(key, side.set(next, [...(side.get(next) ?? []), line]));
  };
  routes.forEach(({ names }, line) => {
    add(`top ${names[0]}`, names[1]!, line);
    add(`bottom ${names.at(-1)}`, names.at(-2)!, line);
  });
  for (const [key, side] of sides) {
    const [end, name] = key.split(" ") as ["top" | "bottom", string];
    const step = Math.min(24, (BOX.width - 30) / side.size);
    const sorted = [...side].sort(([a], [b]) => at.get(a)!.x - at.get(b)!.x);
    sorted.forEach(([, lines], n) => lines.forEach((line) => (ends[line]![end] = at.get(name)!.x + (n - (side.size - 1) / 2) * step)));
  }
  return ends;
}

/** From the bottom of the upper box, through the joints, to the top of the lower one. */
function pointsOf({ names }: Layers["routes"][number], at: ReadonlyMap<string, Point>, ends: { top: number; bottom: number }): Point[] {
  const first = { x: ends.top, y: at.get(names[0]!)!.y + BOX.height };
  const last = { x: ends.bottom, y: at.get(names.at(-1)!)!.y };
  const joints = names.slice(1, -1).flatMap((name) => {
    const { x, y } = at.get(name)!;
    return [{ x, y }, { x, y: y + BOX.height }];
  });
  return [first, ...joints, last];
}

function lineOf(one: Joined, points: readonly Point[], isTurned: boolean, words: (way: Way, from: string) => string): Line {
  const text = joinedWords(one, words);
  // Words stand where the callers leave: on the first piece below the node, or the last one of a way back up.
  const [from, to] = isTurned ? points.slice(-2) : points.slice(0, 2);
  const label = { x: (from!.x + to!.x) / 2, y: (from!.y + to!.y) / 2, width: labelWidth(text) };
  return { ...one, words: text, label, path: pathOf(isTurned ? [...points].reverse() : points) };
}

function loopOf(one: Joined, at: Point, words: (way: Way, from: string) => string): Line {
  const text = joinedWords(one, words);
  const [x, y] = [at.x + BOX.width / 2, at.y + BOX.height / 2];
  const label = { x: x + 22, y: y + 28, width: labelWidth(text) };
  return { ...one, words: text, label, path: `M${x} ${y + 10}C${x + 34} ${y + 24} ${x + 34} ${y - 24} ${x} ${y - 10}` };
}

function joinedWords(one: Joined, words: (way: Way, from: string) => string): string {
  return one.ways.map((way) => words(way, one.from)).filter(Boolean).join(", ");
}

/** Smooth: leaves and arrives straight up and down. */
function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }));
  let [d, last] = [`M${first!.x} ${first!.y}`, first!];
  for (const point of rest) {
    const middle = Math.round((last.y + point.y) / 2);
    d += last.x === point.x ? `V${point.y}` : `C${last.x} ${middle} ${point.x} ${middle} ${point.x} ${point.y}`;
    last = point;
  }
  return d;
}

/** About: letters are narrow, characters wide. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter.codePointAt(0)! > 0x2e80 ? LABEL.wide : LABEL.letter), 0);
}

const labelWidth = (text: string): number => (text === "" ? 0 : Math.min(LABEL.most, widthOf(text) + LABEL.padding));

/** Words that would lie upon each other are moved up or down, in the order of their lines. */
function apart(lines: Line[]): Line[] {
  const placed: Line["label"][] = [];
  const isOver = (label: Line["label"]): boolean => placed.some((one) => Math.abs(one.y - label.y) < LABEL.height && Math.abs(one.x - label.x) < (one.width + label.width) / 2 + 2);
  return lines.map((line) => {
    if (line.words === "") return line;
    const tries = [0, -1, 1].map((step) => ({ ...line.label, y: line.label.y + step * (LABEL.height + 1) }));
    const label = tries.find((one) => !isOver(one)) ?? line.label;
    placed.push(label);
    return { ...line, label };
  });
}
