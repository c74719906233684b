// One scene goes out before the next comes in, 240 ms each.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

const OUT = 240;

/** Whether whoever set this screen up asked for no motion. */
function still(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** While a scene goes out it stays as it was; as long as the scene is the same, its children change in place. */
export function Fade(props: { scene: string; class: string; children: ComponentChildren }) {
  const [shown, setShown] = useState(props.scene);
  const kept = useRef(props.children);
  const cut = shown !== props.scene && still();
  const leaving = shown !== props.scene && !cut;
  if (!leaving) kept.current = props.children;
  useEffect(() => {
    if (shown === props.scene) return;
    const timer = setTimeout(() => setShown(props.scene), cut ? 0 : OUT);
    return () => clearTimeout(timer);
  }, [shown, props.scene, cut]);
  return (
    <div class={`${props.class} fade ${leaving ? "leaving" : ""}`} key={leaving ? shown : props.scene}>
      {kept.current}
    </div>
  );
}
