import { useCallback, useEffect, useRef, useState } from "react";
import { WAITING } from "@/lib/focus";

const NEAR = 48;
const MARGIN = 16;

/** The end of the conversation, but not past the top of a card that waits. */
function end(box: HTMLElement): number {
  const card = box.querySelector<HTMLElement>(`[${WAITING}]`);
  if (!card) return box.scrollHeight;
  const top = card.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  return Math.min(box.scrollHeight, top - MARGIN);
}

/** The reader is in the middle of something in there, more than having a card in front of them. */
function isBusyIn(content: HTMLElement): boolean {
  const active = document.activeElement;
  return active !== null && content.contains(active) && !active.hasAttribute(WAITING);
}

/** Keeps a scroll container at its end while the reader is there, and leaves the reader alone otherwise. */
export function useStickyBottom() {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticking = useRef(true);
  const [away, setAway] = useState(false);

  const toEnd = useCallback(() => {
    sticking.current = true;
    setAway(false);
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, []);

  useEffect(() => {
    const element = box.current;
    const inner = content.current;
    if (!element || !inner) return;
    let height = element.scrollHeight;
    const scrolled = () => {
      const near = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR;
      const grew = element.scrollHeight !== height;
      if (near || !grew) {
        sticking.current = near;
        setAway(!near);
      }
    };
    const observer = new ResizeObserver(() => {
      height = element.scrollHeight;
      if (sticking.current && !isBusyIn(inner)) element.scrollTop = end(element);
    });
    element.addEventListener("scroll", scrolled, { passive: true });
    observer.observe(inner);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", scrolled);
      observer.disconnect();
    };
  }, []);

  return { box, content, away, toEnd };
}
