// The Sources page refreshes itself: it fetches its own address and replaces the list, unless a person is about to press
// something in it or has selected text.

import "./sources.css";

import { rootPath } from "../root_path";

const REFRESH_EVERY_MS = 5_000;

showRefreshNote();
setInterval(() => void refresh(), REFRESH_EVERY_MS);
document.addEventListener("visibilitychange", () => void refresh());

function showRefreshNote(): void {
  document.querySelector(".auto-refresh")?.removeAttribute("hidden");
}

function inUse(main: Element): boolean {
  const selection = getSelection();
  const selected = Boolean(selection && !selection.isCollapsed);
  return document.hidden || main.matches(":has(:focus-visible, .action:hover)") || selected;
}

async function refresh(): Promise<void> {
  const main = document.querySelector("main.sources");
  if (!main || inUse(main)) return;
  const response = await fetch(`${rootPath()}/sources`, { cache: "no-store" }).catch(() => null);
  // Signed out meanwhile: the server answers a reload with the page to sign in.
  if (response?.status === 401) location.reload();
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("main.sources");
  if (!fresh || inUse(main)) return;
  main.replaceWith(document.adoptNode(fresh));
  const health = page.getElementById("health");
  if (health) document.getElementById("health")?.replaceWith(document.adoptNode(health));
  document.title = page.title;
  showRefreshNote();
}
