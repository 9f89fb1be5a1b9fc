/**
 * Layers of a graph: each node below all that lead to it, and in each layer an order with few crossings (Sugiyama's
 * method: turn loops round, longest path, invisible nodes on long edges, sweeps by the middle of the neighbours). Pure.
 */

export interface Arc {
  from: string;
  to: string;
}

export interface Layers {
  /** Names by layer, left to right; invisible ones begin with `~`. */
  rows: string[][];
  /** For each arc, in the order given, the names it passes from top to bottom. */
  routes: { names: string[]; isTurned: boolean }[];
}

/** Name of a joint of a long edge. */
const JOINT = "~";
const SWEEPS = 12;
/** Boxes in a row; more of them could only be seen by moving about. */
const MOST_BESIDE = 8;

export const isJoint = (name: string): boolean => name.startsWith(JOINT);

/** `names`: all nodes, the start first. Arcs from a node to itself are no matter of layers: leave them out. */
export function layersOf(names: readonly string[], arcs: readonly Arc[]): Layers {
  const turned = turnedArcs(names, arcs);
  const down = arcs.map((arc, at) => (turned.has(at) ? { from: arc.to, to: arc.from } : arc));
  const rank = ranks(names, down);
  const rows: string[][] = [];
  const put = (name: string, row: number): void => void ((rows[row] ??= []).includes(name) || rows[row]!.push(name));
  names.forEach((name) => put(name, rank.get(name)!));
  const routes = down.map((arc, at) => {
    const [top, bottom] = [rank.get(arc.from)!, rank.get(arc.to)!];
    // Long ways to one node share their joints: many lines become one on the way there.
    const bundle = turned.has(at) ? `^${arc.from}` : arc.to;
    const joints = Array.from({ length: bottom - top - 1 }, (_, n) => `${JOINT}${bundle}.${top + n + 1}`);
    joints.forEach((joint, n) => put(joint, top + n + 1));
    return { names: [arc.from, ...joints, arc.to], isTurned: turned.has(at) };
  });
  return { rows: ordered(rows, routes.map((route) => route.names)), routes };
}

/** Places of arcs that close a loop, found by walking from the start and then from what was not reached. */
function turnedArcs(names: readonly string[], arcs: readonly Arc[]): Set<number> {
  const out = new Map<string, number[]>(names.map((name) => [name, []]));
  arcs.forEach((arc, at) => out.get(arc.from)!.push(at));
  const turned = new Set<number>();
  const state = new Map<string, "open" | "done">();
  const visit = (name: string): void => {
    state.set(name, "open");
    for (const at of out.get(name)!) {
      const to = arcs[at]!.to;
      if (state.get(to) === "open") turned.add(at);
      else if (!state.has(to)) visit(to);
    }
    state.set(name, "done");
  };
  names.forEach((name) => state.has(name) || visit(name));
  return turned;
}

/**
 * Longest path from a node that nothing leads to; where a layer is full, the next one, so that the many ways of a large
 * menu stand in several rows. `arcs` have no loop.
 */
function ranks(names: readonly string[], arcs: readonly Arc[]): Map<string, number> {
  const [into, out] = [new Map<string, string[]>(), new Map<string, string[]>()];
  for (const name of names) [into.set(name, []), out.set(name, [])];
  for (const arc of arcs) [into.get(arc.to)!.push(arc.from), out.get(arc.from)!.push(arc.to)];
  const rank = new Map<string, number>();
  const full: number[] = [];
  // Those that all their arcs have been followed to, so that children of one node stand together.
  const ready = names.filter((name) => into.get(name)!.length === 0);
  for (const name of ready) {
    let row = Math.max(-1, ...into.get(name)!.map((one) => rank.get(one)!)) + 1;
    while ((full[row] ?? 0) >= MOST_BESIDE) row += 1;
    full[row] = (full[row] ?? 0) + 1;
    rank.set(name, row);
    for (const to of new Set(out.get(name))) if (!ready.includes(to) && into.get(to)!.every((one) => rank.has(one))) ready.push(to);
  }
  return rank;
}

function ordered(rows: string[][], routes: readonly string[][]): string[][] {
  const [above, below] = neighbours(routes);
  let now = rows.map((row) => [...row]);
  let best = now;
  let fewest = crossings(now, below);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    now = sweep % 2 === 0 ? swept(now, above) : swept([...now].reverse(), below).reverse();
    const count = crossings(now, below);
    if (count < fewest) [best, fewest] = [now, count];
  }
  return best;
}

type Beside = Map<string, string[]>;

function neighbours(routes: readonly string[][]): [Beside, Beside] {
  const [above, below]: [Beside, Beside] = [new Map(), new Map()];
  for (const names of routes) {
    names.slice(1).forEach((name, at) => {
      above.set(name, [...(above.get(name) ?? []), names[at]!]);
      below.set(names[at]!, [...(below.get(names[at]!) ?? []), name]);
    });
  }
  return [above, below];
}

/** Each row after the first in the order of the middle of its neighbours in the row before it. */
function swept(rows: string[][], beside: Beside): string[][] {
  let place = new Map<string, number>();
  return rows.map((row) => {
    const middle = (name: string, at: number): number => {
      const places = (beside.get(name) ?? []).map((one) => place.get(one)).filter((one) => one !== undefined);
      return places.length === 0 ? at : places.reduce((sum, one) => sum + one, 0) / places.length;
    };
    const next = row.map((name, at) => ({ name, at, middle: middle(name, at) })).sort((a, b) => a.middle - b.middle || a.at - b.at);
    place = new Map(next.map((one, at) => [one.name, at]));
    return next.map((one) => one.name);
  });
}

/** How many pairs of edges between neighbouring rows cross. */
export function crossings(rows: readonly string[][], below: Beside): number {
  let count = 0;
  rows.slice(0, -1).forEach((row, at) => {
    const place = new Map(rows[at + 1]!.map((name, n) => [name, n]));
    const ends = row.flatMap((name) => (below.get(name) ?? []).map((to) => place.get(to)!).sort((a, b) => a - b));
    for (let one = 0; one < ends.length; one += 1) for (let other = one + 1; other < ends.length; other += 1) if (ends[one]! > ends[other]!) count += 1;
  });
  return count;
}
