import { CircleAlert, Info } from "lucide-react";
import { Button } from "@/components/ui/Button";
import { useMe } from "@/lib/api/getMe";
import type { Refusal } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { UNANSWERED } from "@/lib/live/socket";
import type { Call } from "@/lib/protocol";
import { shortTime } from "@/lib/times";
import { visible } from "@/lib/text";
import { urls } from "@/lib/urls";
import { decidedWord } from "./words";

function words(refusal: Refusal, call: Call, me: string | null): string {
  const { code, message, rule, by, at } = refusal;
  switch (code) {
    case "already_decided": {
      if (!by) return t.approvals.notRecorded(message);
      const conflict = by.id === me ? t.approvals.conflictYours : t.approvals.conflict;
      return conflict(decidedWord(call), by.name, at ? shortTime(at) : "");
    }
    case "stale":
      return t.approvals.stale;
    case "expired":
      return t.approvals.ranOut;
    case "not_approver":
      return rule ? t.approvals.notApprover(visible(rule)) : t.approvals.notRecorded(message);
    case "grant_refused":
      return rule ? t.approvals.grantRefused(visible(rule)) : t.approvals.grantRefusedNoRule;
    case "session_required":
      return t.approvals.sessionRequired;
    case "invalid_arguments":
      return `${t.approvals.invalid} ${message}`;
    case UNANSWERED:
    case "sign_in_again":
      return message;
    default:
      return call.kind === "login" && code.startsWith("server_") ? message : t.approvals.notRecorded(message);
  }
}

interface FailureProps {
  refusal: Refusal;
  call: Call;
  /** Something was typed, and is still there. */
  kept: boolean;
  /** The way out where only the permission was refused. */
  onApproveOnce?: () => void;
}

/** Why a decision was not recorded, or who was first. */
export function Failure({ refusal, call, kept, onApproveOnce }: FailureProps) {
  const me = useMe().data?.user.id ?? null;
  const calm = refusal.code === "already_decided";
  const Icon = calm ? Info : CircleAlert;
  return (
    <div role="alert" className={`flex items-start gap-2.5 rounded-xl px-3 py-2 text-sm ${calm ? "bg-sunk text-ink" : "bg-danger-wash text-danger"}`}>
      <Icon size={16} aria-hidden="true" className="mt-0.5 shrink-0" />
      <div className="flex min-w-0 flex-col items-start gap-2 wrap-anywhere">
        <p>{[words(refusal, call, me), kept ? t.approvals.editsKept : ""].filter(Boolean).join(" ")}</p>
        {refusal.code === "sign_in_again" && (
          <a className="font-medium underline underline-offset-2" href={urls.signInFresh(window.location.pathname + window.location.search)}>
            {t.approvals.signInToApprove}
          </a>
        )}
        {refusal.code === "grant_refused" && onApproveOnce && (
          <Button onClick={onApproveOnce}>{t.approvals.approveOnceNow}</Button>
        )}
      </div>
    </div>
  );
}
