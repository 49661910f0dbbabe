/** One question to read: its images, its text, its answers. */

import { get, markSlice } from "./api.js";
import { showBar } from "./bar.js";
import { startClock, urgencyNode } from "./clock.js";
import { chartButton, deedNodes } from "./deeds.js";
import { inlineViewer, posters } from "./lightbox.js";
import { flagButton } from "./flag.js";
import { live } from "./live.js";
import { fill, make, marked } from "./nodes.js";
import { base, momentOf, say, sayKind } from "./texts.js";
import { Thread, cardNode } from "./thread.js";
import { Timeline } from "./timeline.js";
import { complain } from "./toasts.js";
import { wrongPatientBanner, wrongPatientButton } from "./wrongpatient.js";

const wide = matchMedia("(min-width: 900px)");

class QuestionPage {
  constructor(app, id) {
    this.id = id;
    this.head = make("header", { class: "case-head" });
    this.deeds = make("div", { class: "asker-deeds", role: "group", "aria-label": say("desk.actions") });
    this.banner = make("div", { class: "banner-place" });
    this.images = make("div", { class: "case-images" });
    this.card = make("div", { class: "case-card" });
    this.thread = new Thread();
    this.timeline = new Timeline();
    this.thread.node.append(this.timeline.node);
    const talk = make("div", { class: "case-talk" }, this.card, this.thread.node, make("p", { class: "dim opinion" }, say("question.opinion")));
    this.node = make("article", { class: "case reading" }, this.head, this.deeds, this.banner, make("div", { class: "case-columns" }, this.images, talk));
    fill(app, this.node);
  }

  start() {
    startClock();
    const begin = async () => { await this.refresh(); wide.addEventListener("change", () => this.showImages()); };
    return live(begin, { onQuestion: ({ question_id: id }) => { if (id === this.id) this.refresh().catch(complain); } });
  }

  async refresh() {
    const question = await get(`/api/questions/${encodeURIComponent(this.id)}`).catch((error) => { if (error.status === 404 && this.question) location.reload(); throw error; });
    const isSame = this.question && JSON.stringify(shownOf(this.question)) === JSON.stringify(shownOf(question));
    this.question = question;
    fill(this.head, make("h1", {}, question.label), question.full ? urgencyNode(question.urgency) : null,
      question.full ? make("span", { class: `state state-${question.state}` }, say(`state.${question.second && question.state === "open" ? "second" : question.state}`)) : null,
      make("span", { class: "dim opened" }, question.opened_at ? momentOf(question.opened_at) : ""),
      make("span", { class: "grow" }), make("a", { class: "button plain", href: `${base}/chat` }, say("question.to_chat")));
    fill(this.deeds, question.full && question.mine ? deedNodes(question, () => this.refresh().catch(complain)) : null, chartButton(question));
    fill(this.banner, wrongPatientBanner(question, () => this.refresh().catch(complain)));
    this.node.classList.toggle("mine", Boolean(question.mine));
    this.node.classList.toggle("wrong-patient", Boolean(question.wrong_patient));
    fill(this.card, question.full ? cardNode(question) : make("p", { class: "question-text" }, marked(question.text, sayKind), " ", flagButton(question.id, {})),
      wrongPatientButton(question, () => this.refresh().catch(complain)));
    this.thread.update(question.entries, question);
    this.timeline.update(question.full ? question.entries : []);
    if (!isSame) this.showImages();
  }

  showImages() {
    this.viewer?.close();
    this.viewer = null;
    const { series = [], label } = this.question;
    this.images.hidden = !series.length || Boolean(this.question.wrong_patient);
    if (this.images.hidden) fill(this.images);
    if (this.images.hidden) return;
    const marking = {
      mayMark: () => Boolean(this.question.actions?.includes("key_slice")), isAsker: () => this.question.mine,
      mark: (frame, isMarked) => markSlice(this.id, frame, isMarked),
    };
    if (wide.matches) this.viewer = inlineViewer(series, { title: label, marking });
    fill(this.images, this.viewer ? this.viewer.element : posters(series, { title: label, marking }));
  }
}

function shownOf({ series, wrong_patient: isWrong }) {
  return [series.map((one) => ({ ...one, frames: one.frames.map((frame) => ({ ...frame, key: null })) })), Boolean(isWrong)];
}

showBar();
const id = decodeURIComponent(location.pathname.replace(/\/+$/, "").split("/").pop());
new QuestionPage(document.getElementById("app"), id).start().catch((error) => complain(error, () => location.reload()));
