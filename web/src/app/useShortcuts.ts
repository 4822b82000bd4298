import { useEffect } from "react";
import { COMPOSER_ID, focusWaiting } from "@/lib/focus";

interface Shortcuts {
  newChat: () => void;
  search: () => void;
  help: () => void;
  approvals: () => void;
}

/** Keys that work everywhere. None of them decides anything. */
export function useShortcuts({ newChat, search, help, approvals }: Shortcuts): void {
  useEffect(() => {
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
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [newChat, search, help, approvals]);
}
