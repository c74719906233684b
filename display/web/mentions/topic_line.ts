// Loads the topics of the view after the rest of the page: finding them takes up to half a second. Their line keeps its height.

export async function loadTopics(): Promise<void> {
  const line = document.getElementById("topic-line");
  const url = line?.dataset.url;
  if (!line || !url) return;
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) return;
  const found = new DOMParser().parseFromString(await response.text(), "text/html").body;
  line.querySelector(".load")?.replaceWith(...found.children);
}
