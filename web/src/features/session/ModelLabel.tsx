import { FlaskConical } from "lucide-react";
import { t } from "@/lib/i18n";
import type { Model } from "@/lib/protocol";

/** Which model answers; a demo model is always marked as one. */
export function ModelLabel({ model }: { model: Model }) {
  if (model.demo) {
    return (
      <span
        title={model.notice ?? t.app.demoNotice}
        className="inline-flex items-center gap-1.5 whitespace-nowrap rounded-full border border-warn/50 bg-warn-wash px-2.5 py-0.5 text-xs font-medium text-warn"
      >
        <FlaskConical size={13} aria-hidden="true" />
        {t.app.demo}
      </span>
    );
  }
  return (
    <span className="max-w-40 truncate text-sm text-soft max-sm:max-w-24" title={t.app.model(model.name)}>
      <span className="sr-only">{t.app.model("")}</span>
      {model.name.replace(/^[^:]*:/, "")}
    </span>
  );
}
