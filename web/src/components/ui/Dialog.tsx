import { clsx } from "clsx";
import { type ReactNode, useEffect, useState } from "react";
import { LayerContext } from "./LayerContext";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  label: string;
  /** `page` fills a phone's screen, `side` slides in from the start edge. */
  shape?: "box" | "page" | "side";
  /** Cannot be dismissed by Escape or a click beside it. */
  firm?: boolean;
  children: ReactNode;
}

const SHAPES = {
  box: "m-auto w-[min(28rem,calc(100vw-2rem))] rounded-2xl p-6",
  page: "m-0 h-dvh w-screen p-0",
  side: "m-0 h-dvh w-[min(20rem,86vw)] p-0",
};

/** A native modal dialog: focus stays inside and goes back to the opener, and no style is injected. */
export function Dialog({ open, onClose, label, shape = "box", firm = false, children }: DialogProps) {
  const [dialog, setDialog] = useState<HTMLDialogElement | null>(null);
  useEffect(() => {
    if (!dialog || dialog.open) return;
    const opener = document.activeElement;
    dialog.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, [dialog]);
  if (!open) return null;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <dialog
      ref={setDialog}
      aria-label={label}
      className={clsx("bg-raised text-ink shadow-card", SHAPES[shape])}
      onClose={onClose}
      onCancel={(event) => {
        if (firm) event.preventDefault();
      }}
      onClick={(event) => {
        if (!firm && event.target === event.currentTarget) onClose();
      }}
    >
      <LayerContext value={dialog}>{children}</LayerContext>
    </dialog>
  );
}
