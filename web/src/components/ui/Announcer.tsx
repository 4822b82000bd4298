import { useAnnouncement } from "@/lib/announce";
import { t } from "@/lib/i18n";

/** The one place that speaks to screen readers; politely. */
export function Announcer() {
  const { text, turn } = useAnnouncement();
  return (
    <div role="status" aria-live="polite" aria-label={t.app.announcements} className="sr-only">
      <span key={turn}>{text}</span>
    </div>
  );
}
