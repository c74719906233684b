// The Mentions page in a browser. The server drew it and it works as it is; this adds the pill, the keys and the line that
// says whether the page is live. Nothing here ever moves what is being read.

import "./mentions.css";
import { connect } from "../live";
import { watchKeys } from "./keys";
import { Line } from "./line";
import { rememberRail, tellAges, watchMenus, watchSearch } from "./manners";
import { Pill } from "./pill";

const main = document.querySelector<HTMLElement>("main#main");
const line = new Line(main?.dataset.zone);
const pill = main && new Pill(main);

watchMenus();
watchSearch();
rememberRail();
watchKeys(() => pill?.bringIn());
setInterval(() => tellAges(Date.now()), 30_000);

let lastId = Number(main?.dataset.change ?? 0);
let close = listen();
line.onTry(() => {
  close();
  close = listen();
});

function listen(): () => void {
  return connect({
    room: "pages",
    version: main?.dataset.version ?? "",
    lastId,
    onChanges: ({ last_id, changes }) => {
      lastId = last_id;
      line.heard();
      pill?.changed(changes);
    },
    onHeartbeat: ({ now, last_id }) => {
      lastId = last_id;
      line.heard(now);
    },
    onReload: () => pill?.outOfStep(),
  });
}
