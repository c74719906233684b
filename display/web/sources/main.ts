// The page of the sources renews itself: it fetches itself anew and puts the new list in the old one's place, unless
// somebody is about to press something in it.

import "./sources.css";

const RENEW = 5_000;

tell();
setInterval(() => void renew(), RENEW);
document.addEventListener("visibilitychange", () => void renew());

function tell(): void {
  document.querySelector(".renews")?.removeAttribute("hidden");
}

function busy(main: Element): boolean {
  const chosen = getSelection();
  return document.hidden || main.matches(":has(:focus-visible, .act:hover)") || Boolean(chosen && !chosen.isCollapsed);
}

async function renew(): Promise<void> {
  const main = document.querySelector("main.sources");
  if (!main || busy(main)) return;
  const answer = await fetch("/sources", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = page.querySelector("main.sources");
  if (!list || busy(main)) return;
  main.replaceWith(document.adoptNode(list));
  const health = page.getElementById("health");
  if (health) document.getElementById("health")?.replaceWith(document.adoptNode(health));
  document.title = page.title;
  tell();
}
