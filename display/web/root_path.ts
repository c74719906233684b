/** The path under which the server is reached, such as "/wallflower" behind a proxy; empty if it has a host of its own. */
export function rootPath(): string {
  return document.documentElement.dataset.root ?? "";
}
