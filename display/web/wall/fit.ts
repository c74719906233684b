// Texts that give way in steps, as measured after layout: a number of characters does not say how wide a text is.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The first of the steps 0 to `last` in which a box `fits`. `shown`: everything that its width depends on. */
export function useFit<Box extends HTMLElement>(shown: string, last: number, fits: (box: Box) => boolean) {
  const box = useRef<Box>(null);
  const [step, setStep] = useState(0);
  useLayoutEffect(() => setStep(0), [shown]);
  useLayoutEffect(() => {
    if (box.current && step < last && !fits(box.current)) setStep(step + 1);
  }, [shown, step]);
  return { box, step };
}

/** Pixels by which a browser's own sums may be off. */
const ROUNDING = 0.02;

/** Whether nothing is wider than its place: the box, or those of its elements that the selector `parts` names. */
export function fitsInWidth(box: HTMLElement, parts = ""): boolean {
  const all = parts ? [...box.querySelectorAll(parts)] : [box];
  return all.every((part) => part.scrollWidth <= part.clientWidth && excess(part) <= ROUNDING);
}

/** How much wider a text is than its place: scrollWidth is in whole pixels, but a part of a pixel causes an ellipsis. */
function excess(part: Element): number {
  const text = document.createRange();
  text.selectNodeContents(part);
  const { paddingLeft, paddingRight } = getComputedStyle(part);
  const place = part.getBoundingClientRect().width - parseFloat(paddingLeft) - parseFloat(paddingRight);
  return text.getBoundingClientRect().width - place;
}
