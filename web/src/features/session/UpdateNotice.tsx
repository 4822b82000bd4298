import { RefreshCw } from "lucide-react";
import { t } from "@/lib/i18n";

let started: string | null = null;

/** The build that this page was started with; the first one that it was told. */
function startedWith(buildId: string): string {
  started ??= buildId;
  return started;
}

/** Offers a newer version; never takes it by itself. */
export function UpdateNotice({ buildId }: { buildId: string }) {
  if (startedWith(buildId) === buildId) return null;
  return (
    <div role="status" className="mb-2 rounded-xl bg-accent-wash px-3 py-2 text-sm">
      <p>{t.app.update}</p>
      <button
        type="button"
        onClick={() => window.location.reload()}
        className="inline-flex min-h-8 items-center gap-1.5 font-medium text-accent underline underline-offset-2 pointer-coarse:min-h-11"
      >
        <RefreshCw size={14} aria-hidden="true" />
        {t.app.reloadToUpdate}
      </button>
    </div>
  );
}
