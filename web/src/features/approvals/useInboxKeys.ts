import { type RefObject, useEffect } from "react";

const TYPING = "input, textarea, select, [contenteditable], [role=menu], [role=dialog]";

interface Keys {
  /** The ids of the rows, from the top. */
  rows: string[];
  chosen: string | null;
  choose: (id: string) => void;
  page: RefObject<HTMLElement | null>;
}

/** J and K go through the list while nothing is being typed. They decide nothing. */
export function useInboxKeys({ rows, chosen, choose, page }: Keys): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const step = { j: 1, k: -1 }[event.key.toLowerCase()];
      const focus = document.activeElement;
      if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (focus?.matches(TYPING) || focus?.closest("[role=menu], dialog")) return;
      if (focus !== document.body && !page.current?.contains(focus)) return;
      const at = chosen === null ? -1 : rows.indexOf(chosen);
      const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
      if (!next) return;
      event.preventDefault();
      choose(next);
      const row = page.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(next)}"]`);
      row?.focus();
      row?.scrollIntoView({ block: "nearest" });
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [rows, chosen, choose, page]);
}
