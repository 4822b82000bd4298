import { useEffect, useRef } from "react";
import { COMPOSER_ID, focusWaiting, WAITING } from "@/lib/focus";
import { pages } from "@/lib/urls";

interface Shortcuts {
  newChat: () => void;
  search: () => void;
  help: () => void;
  approvals: () => void;
  go: (page: string) => void;
}

const GO_MS = 1500;
/** Where G and then this letter lead. */
const PLACES: Record<string, string> = { c: pages.newChat, i: pages.approvals, p: pages.policies, m: pages.permissions, a: pages.record, s: pages.servers, u: pages.people };

/** Whether letters are somebody's: they are written, or a card that waits has the focus, in which letters decide. */
function lettersTaken(): boolean {
  const element = document.activeElement;
  return element instanceof HTMLElement && (element.isContentEditable || element.closest(`input, textarea, select, [role=menu], [${WAITING}]`) !== null);
}

/** Keys that work everywhere. None of them decides anything. */
export function useShortcuts({ newChat, search, help, approvals, go }: Shortcuts): void {
  const pressedG = useRef(0);
  useEffect(() => {
    const gone = (event: KeyboardEvent, key: string): boolean => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat || lettersTaken()) return false;
      const following = event.timeStamp - pressedG.current < GO_MS;
      pressedG.current = key === "g" ? event.timeStamp : 0;
      const place = following ? PLACES[key] : undefined;
      if (place) go(place);
      return place !== undefined;
    };
    const pressed = (event: KeyboardEvent) => {
      // What is behind an open dialog is out of reach, and Escape is the dialog's.
      if (document.querySelector("dialog:modal")) return;
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (event.altKey && !command && event.code === "KeyA") {
        if (!focusWaiting()) approvals();
      } else if (command && event.shiftKey && key === "o") newChat();
      else if (command && !event.shiftKey && key === "k") search();
      else if (command && key === "/") help();
      else if (command && key === ".") document.querySelector<HTMLButtonElement>("[data-stop]")?.click();
      else if (key === "escape" && document.activeElement === document.body) document.getElementById(COMPOSER_ID)?.focus();
      else if (!gone(event, key)) return;
      event.preventDefault();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [newChat, search, help, approvals, go]);
}
