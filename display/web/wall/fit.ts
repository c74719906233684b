// Words give way in steps, as measured after layout: no count of letters knows how wide a text is.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Which of the steps 0 to `last` a text takes: the first in which its box `fits`. `shown`: all that its width hangs on. */
export function useFit<Box extends HTMLElement>(shown: string, last: number, fits: (box: Box) => boolean) {
  const box = useRef<Box>(null);
  const [step, setStep] = useState(0);
  useLayoutEffect(() => setStep(0), [shown]);
  useLayoutEffect(() => {
    if (box.current && step < last && !fits(box.current)) setStep(step + 1);
  }, [shown, step]);
  return { box, step };
}

/** Pixels that a browser's own sums may be off by. */
const SUM = 0.02;

/** Whether nothing in a box, or in the elements of it that are named, is wider than its place. */
export function whole(box: HTMLElement, parts = ""): boolean {
  const all = parts ? [...box.querySelectorAll(parts)] : [box];
  return all.every((part) => part.scrollWidth <= part.clientWidth && beyond(part) <= SUM);
}

/** By how much words are wider than their place: scrollWidth is in whole pixels, and a part of one ends in an ellipsis. */
function beyond(part: Element): number {
  const words = document.createRange();
  words.selectNodeContents(part);
  const { paddingLeft, paddingRight } = getComputedStyle(part);
  const place = part.getBoundingClientRect().width - parseFloat(paddingLeft) - parseFloat(paddingRight);
  return words.getBoundingClientRect().width - place;
}
