import { type RefObject, useCallback, useState } from "react";

const PAGE = 50;
const FRAMES = 5;

function anchoring(element: HTMLElement, byBrowser: boolean): void {
  element.style.overflowAnchor = byBrowser ? "" : "none";
}

/** Shows the last runs, and more on demand, without moving what the reader looks at. */
export function useHistoryWindow(order: string[], box: RefObject<HTMLDivElement | null>) {
  const [count, setCount] = useState(PAGE);
  const shown = order.length > count ? order.slice(-count) : order;

  const showEarlier = useCallback(() => {
    const element = box.current;
    const anchor = element?.querySelector<HTMLElement>("[data-run]");
    if (!element || !anchor) return;
    const top = anchor.getBoundingClientRect().top;
    anchoring(element, false);
    setCount((now) => now + PAGE);
    let frame = 0;
    const hold = () => {
      element.scrollTop += anchor.getBoundingClientRect().top - top;
      frame += 1;
      if (frame < FRAMES) requestAnimationFrame(hold);
      else anchoring(element, true);
    };
    requestAnimationFrame(hold);
  }, [box]);

  /** At least so many of the last runs. */
  const showLast = useCallback((runs: number) => setCount((now) => Math.max(now, runs)), []);

  return { shown, hasEarlier: shown.length < order.length, showEarlier, showLast };
}
