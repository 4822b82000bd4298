import { useRef } from "react";
import type { Decision } from "@/lib/protocol";
import { isQuiet } from "./guard";
import type { Deciding } from "./useDecision";

/** Deciding from a card: not while it is new or on its way, and the focus stays on the card, whose buttons go. */
export function useDecide({ busy, decide }: Deciding) {
  const frame = useRef<HTMLElement>(null);
  return {
    frame,
    decide: (decision: Decision) => {
      if (busy || isQuiet()) return;
      frame.current?.focus();
      decide(decision);
    },
  };
}
