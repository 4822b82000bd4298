import { X } from "lucide-react";
import { useEffect } from "react";
import { t } from "@/lib/i18n";
import { dismiss, type Notice, useNotices } from "@/lib/notices";
import { IconButton } from "./Button";

const SHOWN_MS = 8000;

function NoticeBox({ notice }: { notice: Notice }) {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(notice.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice.id]);
  return (
    <li className="flex items-center gap-2 rounded-xl border border-line bg-raised py-1 ps-4 pe-1 text-sm shadow-card">
      <span className="min-w-0 flex-1">{notice.text}</span>
      <IconButton label={t.app.dismiss} onClick={() => dismiss(notice.id)}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </li>
  );
}

export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <div role="alert" className="pointer-events-none fixed inset-x-0 top-16 z-50 flex justify-center px-4">
      {notices.length > 0 && (
        <ul className="pointer-events-auto flex w-full max-w-md flex-col gap-2">
          {notices.map((notice) => (
            <NoticeBox key={notice.id} notice={notice} />
          ))}
        </ul>
      )}
    </div>
  );
}
