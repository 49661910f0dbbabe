// Starts the Slack of emulate on a free loopback port, prints its address, and ends when its standard input closes.
//
// emulate has no route that subscribes an app to events or that looks into its store; the routes under /peer/ add
// these, over emulate's own dispatcher, seeding and collections. They answer nothing that Slack's API answers.
//
//   node launcher.mjs FOLDER_OF_EMULATE < seed as one line of JSON
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const dist = `${process.argv[2]}/dist/`;
const load = (name) => import(pathToFileURL(dist + name).href);

const api = readFileSync(`${dist}api.js`, "utf8");
const [, slackFile] = /import\("\.\/(dist-\w+\.js)"\);\s+return \{ plugin: mod\.slackPlugin/.exec(api);
const { slackPlugin, getSlackStore, seedFromConfig } = await load(slackFile);
const { createEmulator } = await load("api.js");

let emulator;
const register = slackPlugin.register;
slackPlugin.register = (app, store, webhooks, baseUrl, tokens) => {
  register(app, store, webhooks, baseUrl, tokens);
  const slack = getSlackStore(store);

  app.post("/peer/begin", async (c) => {
    const { events_to: url, seed } = await c.req.json();
    emulator.reset();
    seedFromConfig(store, baseUrl, seed);
    webhooks.register({ url, events: ["*"], active: true, owner: "slack" });
    return c.json({ team: slack.teams.all()[0], admin: slack.users.all()[0].user_id });
  });
  app.post("/peer/seed", async (c) => {
    seedFromConfig(store, baseUrl, await c.req.json());
    return c.json(Object.fromEntries(slack.users.all().map((user) => [user.name, user.user_id])));
  });
  app.post("/peer/scopes", async (c) => {
    const { token, scopes } = await c.req.json();
    slack.tokens.update(slack.tokens.findOneBy("token", token).id, { scopes });
    return c.json({});
  });
  app.get("/peer/threads/:ts", (c) => {
    const ts = c.req.param("ts");
    return c.json(slack.messages.all().some((message) => message.ts === ts || message.thread_ts === ts));
  });
  app.get("/peer/channels/:id", (c) => c.json(slack.channels.findOneBy("channel_id", c.req.param("id")) ?? null));
};

const lines = createInterface({ input: process.stdin });
lines.once("line", async (seed) => {
  emulator = await createEmulator({ service: "slack", port: 0, seed: JSON.parse(seed) });
  process.stdout.write(`${JSON.stringify({ url: emulator.url })}\n`);
});
lines.once("close", () => process.exit(0));
