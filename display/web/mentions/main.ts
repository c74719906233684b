// The Mentions page in a browser. The server renders it and it works without scripts; this adds the pill, the keyboard shortcuts
// and the live status. Nothing here ever moves what a person is reading.

import "./mentions.css";
import "./completion.css";
import "./saved_views.css";
import "./touch.css";
import { connect } from "../live";
import { actionShortcuts } from "./action_keys";
import { Actions } from "./actions";
import { keepDrafts } from "./drafts";
import { Completion } from "./completion";
import { Drawer } from "./drawer";
import { watchHistogram } from "./histogram";
import { listShortcuts } from "./list_keys";
import { LiveStatus } from "./live_status";
import { NewPill } from "./new_pill";
import { rememberRailScroll, updateAges, watchClicks, watchSearch } from "./page_behaviour";
import { rememberPlaces } from "./place";
import { watchFocus } from "./rows";
import { SavedViews } from "./saved_views";
import { Selection } from "./selection";
import { watchShortcuts } from "./shortcuts";
import { loadTopics } from "./topic_line";

const AGES_EVERY_MS = 30_000;

const main = document.querySelector<HTMLElement>("main#main");
const status = new LiveStatus(main?.dataset.zone);
const panel = document.getElementById("drawer");
const pill = main && new NewPill(main);
const views = main && new SavedViews(main);

watchClicks();
watchChart();
main?.addEventListener("partsreplaced", watchChart);
watchSearch();
const searchField = document.querySelector<HTMLInputElement>("#q");
if (searchField) new Completion(searchField);
rememberRailScroll();
watchFocus();
rememberPlaces();
const drawer = main && panel && new Drawer(main, panel);
const selection = new Selection();
const actions = main && new Actions(main, drawer || null, (form) => form.id === "selection" && selection.clear());
keepDrafts();
watchShortcuts({ ...listShortcuts(drawer, pill), ...actionShortcuts(actions, selection) }, [
  () => drawer?.closeAtEscape() ?? false,
  () => selection.clear(),
]);
setInterval(() => updateAges(Date.now()), AGES_EVERY_MS);

let lastId = Number(main?.dataset.lastChange ?? 0);
let disconnect = listen();
status.onRetry(() => {
  disconnect();
  disconnect = listen();
});

function watchChart(): void {
  watchHistogram();
  void loadTopics();
}

function listen(): () => void {
  return connect({
    room: "pages",
    version: main?.dataset.version ?? "",
    lastId,
    onChanges: ({ last_id, changes }) => {
      lastId = last_id;
      status.messageReceived();
      pill?.changed(changes);
      views?.changed();
      drawer?.changed(changes);
      actions?.changed(changes);
    },
    onHeartbeat: ({ now, last_id, fault }) => {
      lastId = last_id;
      status.messageReceived(now, fault);
    },
    onReload: () => pill?.markOutOfSync(),
    onConnectionFailed: () => status.connectionFailed(),
  });
}
