import { FlaskConical, X } from "lucide-react";
import { IconButton } from "@/components/ui/Button";
import { t } from "@/lib/i18n";
import type { Model } from "@/lib/protocol";
import { useKept } from "@/lib/storage";

export function DemoNotice({ model }: { model: Model }) {
  const [dismissed, setDismissed] = useKept<boolean>("demo-notice-dismissed");
  if (!model.demo || dismissed) return null;
  return (
    <section aria-label={t.app.demo} className="flex items-start gap-3 rounded-2xl border border-warn/40 bg-warn-wash py-3 ps-4 pe-2 text-start text-sm">
      <FlaskConical size={18} aria-hidden="true" className="mt-0.5 shrink-0 text-warn" />
      <p className="min-w-0 flex-1">
        {model.notice ?? t.app.demoNotice}
      </p>
      <IconButton label={t.app.dismiss} className="-my-1" onClick={() => setDismissed(true)}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </section>
  );
}
