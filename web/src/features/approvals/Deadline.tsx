import { Timer } from "lucide-react";
import { serverTime } from "@/lib/clock";
import { t } from "@/lib/i18n";
import { timeLeft, useNow } from "@/lib/times";

const SOON_MS = 60_000;

export function Deadline({ at }: { at: string }) {
  const now = serverTime(useNow(1000));
  const left = new Date(at).getTime() - now;
  return (
    <span className={`inline-flex items-center gap-1 whitespace-nowrap text-xs tabular-nums ${left < SOON_MS ? "font-semibold text-danger" : "text-soft"}`}>
      <Timer size={13} aria-hidden="true" />
      {left > 0 ? t.approvals.expiresIn(timeLeft(left)) : t.approvals.expiring}
    </span>
  );
}
