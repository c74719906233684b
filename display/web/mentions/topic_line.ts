// Loads the topics of the view after the rest of the page: finding them takes up to half a second. Their line keeps its height,
// and the facet in the rail is closed unless one is chosen.

export async function loadTopics(): Promise<void> {
  const line = document.getElementById("topic-line");
  const url = line?.dataset.url;
  if (!line || !url) return;
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) return;
  const found = new DOMParser().parseFromString(await response.text(), "text/html").body;
  line.querySelector(".load")?.replaceWith(...(found.querySelector(".found-line")?.children ?? []));
  showValues(found.querySelector<HTMLElement>(".found-values"));
}

function showValues(found: HTMLElement | null): void {
  const facet = document.getElementById("topic-facet");
  if (!found || !facet || facet.matches(":focus-within, :hover")) return;
  facet.querySelector("summary .n")?.replaceChildren(found.dataset.n ?? "");
  facet.querySelector(".values")?.replaceChildren(...found.children);
}
