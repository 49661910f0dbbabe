/** How a page begins and goes on: the alarms that wait, its content, then whatever is new. */

import { heedAlarm, heedAlarms } from "./alarm.js";
import { get } from "./api.js";
import { showConnection } from "./bar.js";
import { follow } from "./stream.js";

/** Fill the page with `refresh`, then hand over each new line and each change of a question; alarms are heeded first. */
export async function live(refresh, { onLine = () => {}, onQuestion } = {}) {
  const marks = await get("/api/lines?after=0");
  heedAlarms(marks.lines);
  await refresh();
  const heed = (line) => { heedAlarm(line); onLine(line); };
  follow({ line: marks.last_line, entry: marks.last_entry, onLine: heed, onQuestion, onState: showConnection });
}
