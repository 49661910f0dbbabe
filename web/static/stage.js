/** The canvas a slice is drawn on: fit, zoom and pan in device pixels; it never mirrors, rotates or crops. */

const SMOOTH_UP_TO = 8;
const MOST_ZOOM = 16;
const EDGE_STEP = 256;

/** Return how tall a pixel is for its width; a missing spacing counts as square. */
export function pixelAspect(spacing) {
  return spacing && spacing[0] > 0 && spacing[1] > 0 ? spacing[0] / spacing[1] : 1;
}

/** Draws one picture at a time. */
export class Stage {
  constructor(canvas, { onResize, onDraw = () => {} }) {
    this.canvas = canvas;
    this.onDraw = onDraw;
    this.context = canvas.getContext("2d", { alpha: false });
    this.isReady = false;
    this.place = { zoom: 1, x: 0, y: 0 };
    this.shape = { width: 1, height: 1, aspect: 1, rows: 1, columns: 1 };
    this.observer = new ResizeObserver(() => this.resize() && onResize());
    this.observer.observe(canvas);
    this.resize();
  }

  /** Show a picture of `frame`, which may be smaller than the frame itself. */
  show(bitmap, frame, spacing) {
    this.bitmap = bitmap;
    const aspect = pixelAspect(spacing);
    this.shape = { width: frame.columns, height: frame.rows * aspect, aspect, rows: frame.rows, columns: frame.columns };
    this.redraw();
  }

  clear() {
    this.bitmap = null;
    this.redraw();
  }

  fit() {
    this.place = { zoom: 1, x: 0, y: 0 };
    this.redraw();
  }

  /** Zoom by a factor around a point of the page (default: the middle). */
  zoomAt(factor, clientX, clientY) {
    const box = this.canvas.getBoundingClientRect();
    const point = { x: clientX ?? box.left + box.width / 2, y: clientY ?? box.top + box.height / 2 };
    this.pinch(factor, point, point);
  }

  /** Zoom so that what lay at one point of the page lies at another, as far as the picture's edges let it. */
  pinch(factor, from, to) {
    const box = this.canvas.getBoundingClientRect();
    const middle = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
    const zoom = Math.min(MOST_ZOOM, Math.max(1, this.place.zoom * factor));
    const ratio = zoom / this.place.zoom;
    const moved = (axis) => to[axis] - middle[axis] - (from[axis] - middle[axis] - this.place[axis]) * ratio;
    this.place = { zoom, x: moved("x"), y: moved("y") };
    this.keepInside();
    this.redraw();
  }

  panBy(x, y) {
    this.place = { ...this.place, x: this.place.x + x, y: this.place.y + y };
    this.keepInside();
    this.redraw();
  }

  /** Zoom and pan as another stage of the same size has them. */
  setPlace(place) {
    this.place = { ...place };
    this.keepInside();
    this.redraw();
  }

  get isZoomed() {
    return this.place.zoom > 1.01;
  }

  /** Longest edge worth asking the server for at this zoom; null means all of the frame. */
  neededEdge(frame, spacing) {
    const shape = { width: frame.columns, height: frame.rows * pixelAspect(spacing) };
    const scale = this.fitScale(shape) * this.place.zoom * this.ratio;
    const longest = Math.ceil((Math.max(frame.columns, frame.rows) * scale) / EDGE_STEP) * EDGE_STEP;
    return longest >= Math.max(frame.columns, frame.rows) ? null : longest;
  }

  resize() {
    this.ratio = Math.max(1, globalThis.devicePixelRatio || 1);
    const width = Math.round(this.canvas.clientWidth * this.ratio);
    const height = Math.round(this.canvas.clientHeight * this.ratio);
    if (!width || !height || (width === this.canvas.width && height === this.canvas.height)) return false;
    this.canvas.width = width;
    this.canvas.height = height;
    this.isReady = true;
    this.keepInside();
    this.draw();
    return true;
  }

  /** Return where an area of the frame, in its pixels, lies on the canvas, in pixels of the page. */
  placeOf({ x, y, width, height }) {
    const { left, top, scale, aspect } = this.lie();
    return { left: left + x * scale, top: top + y * aspect * scale, width: width * scale, height: height * aspect * scale };
  }

  /** Return the frame's pixel at a point of the page; beside the picture, the nearest one of its edge. */
  pixelAt(clientX, clientY) {
    const box = this.canvas.getBoundingClientRect();
    const { left, top, scale, aspect } = this.lie();
    const { columns, rows } = this.shape;
    const x = (clientX - box.left - left) / scale;
    const y = (clientY - box.top - top) / scale / aspect;
    return { x: Math.min(columns, Math.max(0, x)), y: Math.min(rows, Math.max(0, y)) };
  }

  /** Return which pixel of the frame is at a point of the page, counted from 0; null beside the picture. */
  indexAt(clientX, clientY) {
    const box = this.canvas.getBoundingClientRect();
    const { left, top, scale, aspect } = this.lie();
    const column = Math.floor((clientX - box.left - left) / scale);
    const row = Math.floor((clientY - box.top - top) / scale / aspect);
    const isInside = Math.min(column, row) >= 0 && column < this.shape.columns && row < this.shape.rows;
    return this.bitmap && isInside ? { column, row } : null;
  }

  /** How the frame lies on the canvas: its corner and scale in pixels of the page. */
  lie() {
    const { canvas, ratio, place, shape } = this;
    const scale = this.fitScale(shape) * place.zoom;
    const left = (canvas.width / ratio - shape.width * scale) / 2 + place.x;
    const top = (canvas.height / ratio - shape.height * scale) / 2 + place.y;
    return { left, top, scale, aspect: shape.aspect };
  }

  close() {
    this.bitmap = null;
    this.observer.disconnect();
    cancelAnimationFrame(this.request);
  }

  fitScale(shape) {
    return Math.min(this.canvas.width / shape.width, this.canvas.height / shape.height) / this.ratio || 1;
  }

  keepInside() {
    const scale = this.fitScale(this.shape) * this.place.zoom;
    const roomX = Math.max(0, (this.shape.width * scale - this.canvas.width / this.ratio) / 2);
    const roomY = Math.max(0, (this.shape.height * scale - this.canvas.height / this.ratio) / 2);
    this.place.x = Math.min(roomX, Math.max(-roomX, this.place.x));
    this.place.y = Math.min(roomY, Math.max(-roomY, this.place.y));
  }

  redraw() {
    cancelAnimationFrame(this.request);
    this.request = requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.paint();
    this.onDraw();
  }

  paint() {
    const { context, canvas, bitmap, ratio } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (!bitmap) return;
    const { left, top, scale } = this.lie();
    context.imageSmoothingEnabled = scale * ratio < SMOOTH_UP_TO;
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, left * ratio, top * ratio, this.shape.width * scale * ratio, this.shape.height * scale * ratio);
  }
}
