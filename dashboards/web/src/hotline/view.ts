/** The window through which a drawing is seen: moved and scaled. Pure. */

export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

const LEAST = 0.08;
const MOST = 2;
/** Smaller than this nothing can be read: a drawing is opened at its start instead. */
const READABLE = 0.8;
const EDGE = 24;

/** Scaled by `factor` around a point of the window, which stays where it is. */
export function zoomed(view: View, factor: number, at: { x: number; y: number }): View {
  const scale = Math.min(MOST, Math.max(LEAST, view.scale * factor));
  const by = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
}

/** The whole drawing in the middle, never larger than life. */
export function fitted(drawing: Size, window: Size): View {
  const scale = Math.max(LEAST, Math.min(1, window.width / drawing.width, window.height / drawing.height));
  return { scale, x: (window.width - drawing.width * scale) / 2, y: Math.max(0, (window.height - drawing.height * scale) / 2) };
}

/** The whole drawing when it can be read like that, else its start at the top. `start`: middle of the first box. */
export function opened(drawing: Size, window: Size, start: { x: number }): View {
  const whole = fitted(drawing, window);
  return whole.scale >= READABLE ? whole : { scale: READABLE, x: window.width / 2 - start.x * READABLE, y: 0 };
}

/** Moved as little as needed for the box to be seen. */
export function showing(view: View, box: { x: number; y: number } & Size, window: Size): View {
  const moved = (from: number, length: number, at: number, room: number): number => {
    const first = at + from * view.scale;
    if (first < EDGE) return at + EDGE - first;
    return first + length * view.scale > room - EDGE ? at - (first + length * view.scale - (room - EDGE)) : at;
  };
  return { ...view, x: moved(box.x, box.width, view.x, window.width), y: moved(box.y, box.height, view.y, window.height) };
}
