import { CircleAlert, Info } from "lucide-react";
import type { Refusal } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { UNANSWERED } from "@/lib/live/socket";
import type { Call } from "@/lib/protocol";
import { shortTime } from "@/lib/times";
import { decidedWord } from "./words";

function words(refusal: Refusal, call: Call, editing: boolean): string {
  if (refusal.code === "already_decided" && refusal.by) {
    return t.approvals.conflict(decidedWord(call), refusal.by.name, refusal.at ? shortTime(refusal.at) : "");
  }
  if (refusal.code === "stale") return t.approvals.stale;
  if (refusal.code === "invalid_arguments") return `${t.approvals.invalid} ${refusal.message}`;
  if (refusal.code === UNANSWERED) return `${refusal.message}${editing ? ` ${t.approvals.editsKept}` : ""}`;
  return `${t.approvals.notRecorded(refusal.message)}${editing ? ` ${t.approvals.editsKept}` : ""}`;
}

/** Why a decision was not recorded, or who was first. */
export function Failure({ refusal, call, editing }: { refusal: Refusal; call: Call; editing: boolean }) {
  const calm = refusal.code === "already_decided";
  const Icon = calm ? Info : CircleAlert;
  return (
    <p role="alert" className={`flex items-start gap-2.5 rounded-xl px-3 py-2 text-sm ${calm ? "bg-sunk text-ink" : "bg-danger-wash text-danger"}`}>
      <Icon size={16} aria-hidden="true" className="mt-0.5 shrink-0" />
      <span className="min-w-0 wrap-break-word">{words(refusal, call, editing)}</span>
    </p>
  );
}
