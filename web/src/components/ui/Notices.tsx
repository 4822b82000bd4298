import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { t } from "@/lib/i18n";
import { dismiss, type Notice, useNotices } from "@/lib/notices";
import { Button, IconButton } from "./Button";

const SHOWN_MS = 8000;
const NEWS_MS = 20_000;

function NoticeBox({ notice }: { notice: Notice }) {
  const [held, setHeld] = useState(false);
  const { id, text, to, act } = notice;
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(id), to || act ? NEWS_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, to, act, held]);
  return (
    <li
      className="flex items-center gap-2 rounded-xl border border-line bg-raised py-1 ps-4 pe-1 text-sm shadow-card"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="min-w-0 flex-1 wrap-anywhere">{text}</span>
      {to && (
        <Link
          href={to.href}
          onClick={() => dismiss(id)}
          className="inline-flex min-h-8 items-center rounded-lg px-2 font-medium text-accent underline underline-offset-2 hover:bg-sunk pointer-coarse:min-h-11"
        >
          {to.label}
        </Link>
      )}
      {act && (
        <Button
          look="quiet"
          className="min-h-8! rounded-lg! px-2! text-accent underline underline-offset-2"
          onClick={() => {
            dismiss(id);
            act.run();
          }}
        >
          {act.label}
        </Button>
      )}
      <IconButton label={t.app.dismiss} onClick={() => dismiss(id)}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </li>
  );
}

function List({ notices }: { notices: Notice[] }) {
  if (notices.length === 0) return null;
  return (
    <ul className="pointer-events-auto flex w-full max-w-md flex-col gap-2">
      {notices.map((notice) => (
        <NoticeBox key={notice.id} notice={notice} />
      ))}
    </ul>
  );
}

/** Failures are said at once. News with a place to go to, or something to do, is not: the polite announcer has said it. */
export function Notices() {
  const notices = useNotices((state) => state.notices);
  const news = notices.filter((notice) => notice.to || notice.act);
  return (
    <div className="pointer-events-none fixed inset-x-0 top-16 z-50 flex flex-col items-center gap-2 px-4">
      <div role="alert" className="flex w-full justify-center">
        <List notices={notices.filter((notice) => !news.includes(notice))} />
      </div>
      {news.length > 0 && (
        <section aria-label={t.app.news} className="flex w-full justify-center">
          <List notices={news} />
        </section>
      )}
    </div>
  );
}
