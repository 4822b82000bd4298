import { clsx } from "clsx";
import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useRef } from "react";
import { WAITING } from "@/lib/focus";
import type { Call } from "@/lib/protocol";
import { settle } from "./guard";
import { cardName } from "./words";

interface WaitingFrameProps {
  call: Call;
  busy: boolean;
  frame: Ref<HTMLElement>;
  /** What single keys do while the card itself has the focus. */
  keys?: Record<string, () => void>;
  children: ReactNode;
}

/** A letter this soon after G was meant to go to a page. */
const GO_MS = 1500;
const NO_KEYS: Record<string, () => void> = {};

/** Around what waits. Whatever appears or moves, nothing decides for 400 ms, and no held key does. */
export function WaitingFrame({ call, busy, frame, keys = NO_KEYS, children }: WaitingFrameProps) {
  const pressedG = useRef(Number.NEGATIVE_INFINITY);
  useEffect(settle, [call.id, call.seal]);
  const keyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.repeat && event.target instanceof HTMLButtonElement) event.preventDefault();
    if (event.target !== event.currentTarget || event.repeat || event.ctrlKey || event.metaKey || event.altKey || busy) return;
    const key = event.key.toLowerCase();
    const going = event.timeStamp - pressedG.current < GO_MS;
    if (key === "g") pressedG.current = event.timeStamp;
    const act = keys[key];
    if (!act || going) return;
    act();
    event.preventDefault();
  };
  return (
    <article
      ref={frame}
      aria-label={cardName(call)}
      aria-busy={busy}
      aria-keyshortcuts={Object.keys(keys).join(" ").toUpperCase() || undefined}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={keyDown}
      {...(call.may.decide ? { [WAITING]: call.id } : {})}
      className={clsx("flex flex-col gap-3.5 rounded-2xl border bg-raised p-4 shadow-card", call.may.decide ? "border-warn/55" : "border-line")}
    >
      {children}
    </article>
  );
}
