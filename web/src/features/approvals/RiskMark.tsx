import { clsx } from "clsx";
import { BookOpen, Globe, PencilLine, TriangleAlert } from "lucide-react";
import type { Call } from "@/lib/protocol";
import { riskOf } from "./risk";

const LOOK = {
  reads: { Icon: BookOpen, color: "text-ok" },
  changes: { Icon: PencilLine, color: "text-warn" },
  destroys: { Icon: TriangleAlert, color: "text-danger" },
  leaves: { Icon: Globe, color: "text-danger" },
  unclassed: { Icon: TriangleAlert, color: "text-warn" },
};

/** What a call can do at worst, and beside it, as a mere claim, what its server says. */
export function RiskMark({ call, brief = false }: { call: Call; brief?: boolean }) {
  const { level, words, claims } = riskOf(call);
  const { Icon, color } = LOOK[level];
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-xs">
      <span className={clsx("inline-flex items-center gap-1.5 font-medium", color)}>
        <Icon size={14} aria-hidden="true" className="shrink-0" />
        {words}
      </span>
      {!brief &&
        claims.map((claim) => (
          <span key={claim} className="text-soft italic">
            {claim}
          </span>
        ))}
    </span>
  );
}
