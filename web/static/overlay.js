/** Outlines over the picture – the proposed crop, the box that is being drawn; they follow zoom and pan. */

import { make } from "./nodes.js";

/** Keeps outlines where their pixels are. */
export class Overlay {
  constructor(stage) {
    this.stage = stage;
    this.node = make("div", { class: "overlay", "aria-hidden": "true" });
    this.areas = new Map();
  }

  /** Show an area of the frame, {x, y, width, height} in its pixels, by a name that is also its class; null takes it away. */
  show(name, area) {
    const known = this.areas.get(name);
    if (!area) {
      known?.node.remove();
      this.areas.delete(name);
      return;
    }
    const node = known?.node ?? make("div", { class: `outline ${name}` });
    if (!known) this.node.append(node);
    this.areas.set(name, { node, area });
    this.place();
  }

  /** Put every outline where its pixels are now. */
  place() {
    for (const { node, area } of this.areas.values()) {
      const place = this.stage.placeOf(area);
      for (const [side, value] of Object.entries(place)) node.style[side] = `${value}px`;
    }
  }
}
