// One scene goes out before the next comes in, 240 ms each.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

const OUT = 240;

/** Whether whoever set this screen up asked for no motion. */
function still(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** While a scene goes out it stays as it was; as long as the scene is the same, its children change in place. */
export function Fade({ scene, class: name, children }: { scene: string; class: string; children: ComponentChildren }) {
  const [shown, setShown] = useState(scene);
  const kept = useRef(children);
  const cut = shown !== scene && still();
  const leaving = shown !== scene && !cut;
  if (!leaving) kept.current = children;
  // An effect is kept until the next scene with all that it names: the children must not be among that.
  useEffect(() => {
    if (shown === scene) return;
    const timer = setTimeout(() => setShown(scene), cut ? 0 : OUT);
    return () => clearTimeout(timer);
  }, [shown, scene, cut]);
  return (
    <div class={`${name} fade ${leaving ? "leaving" : ""}`} key={leaving ? shown : scene}>
      {kept.current}
    </div>
  );
}
