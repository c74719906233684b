// One scene fades out before the next fades in, 240 ms each.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

const FADE_OUT_MS = 240;

function prefersNoMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** A scene that fades out is frozen. As long as `scene` is the same, the children change in place. */
export function Fade({ scene, class: name, children }: { scene: string; class: string; children: ComponentChildren }) {
  const [shown, setShown] = useState(scene);
  const frozen = useRef(children);
  const cuts = shown !== scene && prefersNoMotion();
  const leaving = shown !== scene && !cuts;
  if (!leaving) frozen.current = children;
  // An effect keeps everything that it refers to until the next scene, so it must not refer to the children.
  useEffect(() => {
    if (shown === scene) return;
    const timer = setTimeout(() => setShown(scene), cuts ? 0 : FADE_OUT_MS);
    return () => clearTimeout(timer);
  }, [shown, scene, cuts]);
  return (
    <div class={`${name} fade ${leaving ? "leaving" : ""}`} key={leaving ? shown : scene}>
      {frozen.current}
    </div>
  );
}
