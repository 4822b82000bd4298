import { Timer } from "lucide-react";
import { Button } from "@/components/ui/Button";
import { serverTime } from "@/lib/clock";
import { t } from "@/lib/i18n";
import type { Call } from "@/lib/protocol";
import { timeLeft, useNow } from "@/lib/times";

const SOON_MS = 60_000;
/** From when on more time is offered: the last five minutes, or the last quarter of a longer time. */
const NEAR_MS = 300_000;
const NEAR_PART = 0.25;

function isNear(call: Call, left: number): boolean {
  const whole = new Date(call.expires_at ?? 0).getTime() - new Date(call.created_at).getTime();
  return left <= Math.max(NEAR_MS, whole * NEAR_PART);
}

/** How long a call still waits and what happens then; near the end one click gives it more time. */
export function Deadline({ call, onExtend }: { call: Call; onExtend: () => void }) {
  const now = serverTime(useNow(1000));
  if (!call.expires_at) return null;
  const left = new Date(call.expires_at).getTime() - now;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5 gap-y-1 text-xs text-soft">
      <span className={`inline-flex items-center gap-1 whitespace-nowrap tabular-nums ${left < SOON_MS ? "font-semibold text-danger" : ""}`}>
        <Timer size={13} aria-hidden="true" />
        {left > 0 ? t.approvals.expiresIn(timeLeft(left)) : t.approvals.expiring}
      </span>
      {call.kind === "tool" && <span>{t.approvals.thenOutcome[call.expiry.then]}</span>}
      {call.may.extend && left > 0 && isNear(call, left) && (
        <Button className="min-h-7! rounded-lg! px-2! text-xs!" title={t.approvals.extendHint} onClick={onExtend}>
          {t.approvals.extend}
        </Button>
      )}
    </span>
  );
}
