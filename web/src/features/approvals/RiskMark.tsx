import { clsx } from "clsx";
import { BookOpen, Globe, PencilLine, TriangleAlert } from "lucide-react";
import { t } from "@/lib/i18n";
import type { Annotations } from "@/lib/protocol";
import { riskOf } from "./risk";

const LOOK = {
  reads: { Icon: BookOpen, color: "text-ok" },
  changes: { Icon: PencilLine, color: "text-warn" },
  destroys: { Icon: TriangleAlert, color: "text-danger" },
};

export function RiskMark({ annotations }: { annotations: Annotations | null }) {
  const risk = riskOf(annotations);
  const { Icon, color } = LOOK[risk.level];
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-xs font-medium">
      <span className={clsx("inline-flex items-center gap-1.5", color)} title={risk.declared ? t.approvals.serverSays : undefined}>
        <Icon size={14} aria-hidden="true" className="shrink-0" />
        {risk.words}
      </span>
      {risk.openWorld && (
        <span className="inline-flex items-center gap-1.5 text-warn">
          <Globe size={14} aria-hidden="true" className="shrink-0" />
          {t.approvals.openWorld}
        </span>
      )}
    </span>
  );
}
