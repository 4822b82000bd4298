import { clsx } from "clsx";
import type { ReactNode } from "react";
import { t } from "@/lib/i18n";
import { shortTime } from "@/lib/times";

interface UserBubbleProps {
  /** The message's, once it is stored. */
  id?: string;
  text: string;
  at: number | null;
  faded?: boolean;
  note?: ReactNode;
}

export function UserBubble({ id, text, at, faded = false, note }: UserBubbleProps) {
  return (
    <article aria-label={t.chat.youAt(at === null ? "" : shortTime(at))} data-message={id} tabIndex={-1} className="flex flex-col items-end gap-1 rounded-xl">
      <h2 className="sr-only">{t.chat.you}</h2>
      <div className={clsx("max-w-[85%] whitespace-pre-wrap wrap-anywhere rounded-3xl rounded-ee-lg bg-bubble px-4 py-2.5", faded && "opacity-80")}>{text}</div>
      {note && <div className="flex items-center gap-2 text-xs text-soft">{note}</div>}
    </article>
  );
}
