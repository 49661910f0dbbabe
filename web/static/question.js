/** One question to read: its images, its text, its answers. */

import { heedAlarm, heedAlarms } from "./alarm.js";
import { get } from "./api.js";
import { showBar, showConnection } from "./bar.js";
import { startClock, urgencyNode } from "./clock.js";
import { inlineViewer, posters } from "./lightbox.js";
import { fill, make, marked } from "./nodes.js";
import { follow } from "./stream.js";
import { base, momentOf, say, sayKind } from "./texts.js";
import { Thread, cardNode } from "./thread.js";
import { complain } from "./toasts.js";
import { wrongPatientBanner, wrongPatientButton } from "./wrongpatient.js";

const wide = matchMedia("(min-width: 900px)");

class QuestionPage {
  constructor(app, id) {
    this.id = id;
    this.head = make("header", { class: "case-head" });
    this.banner = make("div", { class: "banner-place" });
    this.images = make("div", { class: "case-images" });
    this.card = make("div", { class: "case-card" });
    this.thread = new Thread();
    const talk = make("div", { class: "case-talk" }, this.card, this.thread.node, make("p", { class: "dim opinion" }, say("question.opinion")));
    this.node = make("article", { class: "case reading" }, this.head, this.banner, make("div", { class: "case-columns" }, this.images, talk));
    fill(app, this.node);
  }

  async start() {
    startClock();
    const marks = await get("/api/lines?after=0");
    heedAlarms(marks.lines);
    await this.refresh();
    wide.addEventListener("change", () => this.showImages());
    const onQuestion = ({ question_id: id }) => { if (id === this.id) this.refresh().catch(complain); };
    follow({ line: marks.last_line, entry: marks.last_entry, onLine: heedAlarm, onQuestion, onState: showConnection });
  }

  async refresh() {
    const question = await get(`/api/questions/${encodeURIComponent(this.id)}`);
    const isSame = this.question && JSON.stringify(shownOf(this.question)) === JSON.stringify(shownOf(question));
    this.question = question;
    fill(this.head, make("h1", {}, question.label), question.full ? urgencyNode(question.urgency) : null,
      question.full ? make("span", { class: `state state-${question.state}` }, say(`state.${question.state}`)) : null,
      make("span", { class: "dim opened" }, question.opened_at ? momentOf(question.opened_at) : ""),
      make("span", { class: "grow" }), make("a", { class: "button", href: `${base}/chat` }, say("question.to_chat")));
    fill(this.banner, wrongPatientBanner(question, () => this.refresh().catch(complain)));
    this.node.classList.toggle("wrong-patient", Boolean(question.wrong_patient));
    fill(this.card, question.full ? cardNode(question) : make("p", { class: "question-text" }, marked(question.text, sayKind)),
      wrongPatientButton(question, () => this.refresh().catch(complain)));
    this.thread.update(question.entries, question);
    if (!isSame) this.showImages();
  }

  showImages() {
    this.viewer?.close();
    this.viewer = null;
    const { series = [], label } = this.question;
    this.images.hidden = !series.length || Boolean(this.question.wrong_patient);
    if (this.images.hidden) fill(this.images);
    if (this.images.hidden) return;
    if (wide.matches) this.viewer = inlineViewer(series, { title: label });
    fill(this.images, this.viewer ? this.viewer.element : posters(series, { title: label }));
  }
}

function shownOf({ series, wrong_patient: isWrong }) {
  return [series, Boolean(isWrong)];
}

showBar();
const id = decodeURIComponent(location.pathname.replace(/\/+$/, "").split("/").pop());
new QuestionPage(document.getElementById("app"), id).start().catch((error) => complain(error, () => location.reload()));
