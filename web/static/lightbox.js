/** The viewer over the whole screen, and small pictures that open it; Back, Escape and [×] close it. */

import { frameAddress } from "./frames.js";
import { sayPrior } from "./compare.js";
import { keysBadge } from "./keyslices.js";
import { watermark } from "./margin.js";
import { button, fill, icon, make, showDialog } from "./nodes.js";
import { say } from "./texts.js";
import { Viewer } from "./viewer.js";
import { middleOf } from "./viewerparts.js";
import { describe, sayLength } from "./windows.js";

/**
 * Open series full screen. `footer(series)` may give nodes for the bottom, asked again by `refresh()`;
 * `onSeen(uid, frame)` is told of every slice that is drawn; `masking` lets the reader mask more, `marking` put stars.
 */
export function openLightbox({ series, index = null, slice = null, title = "", footer = null, masking = null, marking = null, onSeen, onClose = () => {} }) {
  const dialog = make("dialog", { class: "lightbox", "aria-label": say("viewer.name") });
  const box = { dialog };
  box.refresh = () => footer && viewer && fill(viewer.parts.footer, footer(viewer.current));
  let viewer = null;
  document.body.append(dialog);
  dialog.showModal();
  viewer = new Viewer({ series, index, slice, masking, marking, onSeen, onSeries: () => box.refresh() });
  viewer.parts.title.textContent = title;
  viewer.addButton(say("viewer.close"), "close", () => dialog.close());
  dialog.append(viewer.element);
  box.viewer = viewer;
  box.close = () => dialog.close();
  box.refresh();
  viewer.focus();
  closeOnBack(dialog);
  dialog.addEventListener("close", () => { viewer.close(); dialog.remove(); onClose(viewer); });
  return box;
}

/** Show one picture as large as the screen. */
export function openPicture(source, label) {
  const dialog = make("dialog", { class: "lightbox plain-picture", "aria-label": label });
  const bar = make("header", { class: "viewer-bar" }, make("p", { class: "viewer-title" }, label),
    button(say("viewer.close"), { icon: "close", bare: true, class: "tool" }, () => dialog.close()));
  dialog.append(make("section", { class: "viewer" }, bar, make("div", { class: "picture-room" }, make("img", { src: source, alt: label })), watermark()));
  showDialog(dialog);
  closeOnBack(dialog);
}

/** Return one series as a picture that opens the viewer. */
export function poster(series, { press, edge = 640, note = null }) {
  const picture = make("img", {
    src: frameAddress(middleOf(series), { edge }), alt: "", loading: "lazy", decoding: "async",
    on: { error: (event) => event.target.closest(".poster").classList.add("broken") },
  });
  const badge = series.slices > 1 ? make("span", { class: "poster-badge" }, icon("stack"), sayLength(series)) : null;
  const label = [describe(series), sayPrior(series), `${sayLength(series)}. ${say("viewer.open")}`].filter(Boolean).join(", ");
  const open = make("span", { class: "poster-open" }, icon("expand"));
  const stars = keysBadge(series);
  return make("button", { type: "button", class: "poster", "aria-label": label, on: { click: press } }, [picture, badge, open, stars, note]);
}

/** Return small pictures of all series, each opening the viewer at its series. */
export function posters(series, { title = "", masking = null, marking = null } = {}) {
  const items = series.map((one, index) =>
    make("figure", { class: "poster-item" },
      poster(one, { press: () => openLightbox({ series, index, title, masking, marking }) }),
      make("figcaption", {}, [describe(one), sayPrior(one)].filter(Boolean).join(" · "))),
  );
  return make("div", { class: "posters" }, items, watermark());
}

/** Put a viewer into the page with a button for the full screen. */
export function inlineViewer(series, { title = "", masking = null, marking = null } = {}) {
  const viewer = new Viewer({ series, masking, marking });
  viewer.element.classList.add("inline");
  const openFull = () => {
    const onClose = (full) => { viewer.choose(full.chosen, full.target); viewer.focus(); };
    const box = openLightbox({ series: viewer.series, index: viewer.chosen, slice: viewer.target, title, masking, marking, onClose });
    if (viewer.window) box.viewer.setWindow(viewer.window);
    return box;
  };
  viewer.addTool(say("viewer.full"), "expand", openFull);
  viewer.compare.makeRoom = () => openFull().viewer.compare.toggle();
  return viewer;
}

/** Ask once more before something is thrown away. Resolves to whether it was meant. */
export function confirmed(question, yes) {
  return new Promise((resolve) => {
    const dialog = make("dialog", { class: "ask", "aria-label": question });
    const answer = (value) => { dialog.close(); resolve(value); };
    dialog.append(
      make("p", {}, question),
      make("div", { class: "row end" },
        button(say("cancel"), { class: "plain" }, () => answer(false)),
        button(yes, { class: "danger" }, () => answer(true))),
    );
    dialog.addEventListener("cancel", () => resolve(false));
    showDialog(dialog);
  });
}

function closeOnBack(dialog) {
  let isBack = false;
  const back = () => { isBack = true; dialog.close(); };
  history.pushState({ lightbox: true }, "");
  addEventListener("popstate", back, { once: true });
  dialog.addEventListener("close", () => {
    removeEventListener("popstate", back);
    if (!isBack && history.state?.lightbox) history.back();
  });
}
