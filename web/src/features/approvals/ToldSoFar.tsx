import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { t } from "@/lib/i18n";
import type { Told } from "@/lib/live/told";
import { visible } from "@/lib/text";

const percent = new Intl.NumberFormat(undefined, { style: "percent" });

/** How far a call is and what its server logs, as the server tells it. */
export function ToldSoFar({ told: { progress, lines } }: { told: Told }) {
  const [open, setOpen] = useState(false);
  const share = progress?.total ? Math.min(1, Math.max(0, progress.done / progress.total)) : null;
  const newest = lines.at(-1);
  return (
    <div className="flex w-full flex-col gap-1 text-sm text-soft">
      {progress && (
        <div className="flex items-center gap-3">
          {share !== null && <progress aria-label={t.approvals.progress} className="h-1.5 w-40 max-w-1/2 accent-(--accent)" max={1} value={share} />}
          <span className="tabular-nums">{share !== null ? percent.format(share) : t.approvals.step(progress.done)}</span>
          <span className="min-w-0 truncate">{visible(progress.text)}</span>
        </div>
      )}
      {newest && !open && <p className="truncate font-mono text-xs">{visible(newest.text)}</p>}
      {newest && (
        <div>
          <Button look="quiet" className="-ms-2 min-h-7! px-2! text-xs! pointer-coarse:min-h-11!" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t.approvals.serverLog(lines.length)}
          </Button>
          {open && (
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            <ol tabIndex={0} aria-label={t.approvals.serverLogName} className="max-h-48 overflow-y-auto rounded-xl bg-sunk px-3 py-2 font-mono text-xs">
              {lines.map(({ id, level, text }) => (
                <li key={id} className="wrap-anywhere">
                  <span className="font-semibold">{level}</span> {visible(text)}
                </li>
              ))}
            </ol>
          )}
        </div>
      )}
    </div>
  );
}
