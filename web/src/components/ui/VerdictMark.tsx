import { clsx } from "clsx";
import { Ban, Check, Hand } from "lucide-react";
import { admin } from "@/lib/i18n/admin";
import type { Verdict } from "@/lib/policyProtocol";

const LOOK = {
  allow: { Icon: Check, color: "border-ok/50 text-ok" },
  ask: { Icon: Hand, color: "border-warn/50 text-warn" },
  deny: { Icon: Ban, color: "border-danger/50 text-danger" },
};

/** A verdict as a word and a sign. */
export function VerdictMark({ verdict }: { verdict: Verdict }) {
  const { Icon, color } = LOOK[verdict];
  return (
    <span className={clsx("inline-flex items-center gap-1.5 rounded-full border px-2.5 py-0.5 text-xs font-medium whitespace-nowrap", color)}>
      <Icon size={13} aria-hidden="true" className="shrink-0" />
      {admin.policy.verdicts[verdict]}
    </span>
  );
}
