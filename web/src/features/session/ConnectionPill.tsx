import { CloudOff, RefreshCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Spinner } from "@/components/ui/Spinner";
import { announce } from "@/lib/announce";
import { t } from "@/lib/i18n";
import { useConnection } from "@/lib/live/connection";
import { connectNow } from "@/lib/live/socket";
import { useNow } from "@/lib/times";

const PATIENCE_MS = 600;

/** True once a state has lasted: what is over at once need not be shown. */
function useLasting(active: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!active) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [active]);
  return lasting;
}

export function ConnectionPill() {
  const { phase, retryAt } = useConnection();
  const trouble = phase === "connecting" || phase === "reconnecting";
  const shown = useLasting(trouble) || phase === "offline";
  const wasShown = useRef(false);
  const now = useNow(shown && retryAt !== null ? 500 : null);

  useEffect(() => {
    if (phase === "offline") announce(t.app.offline);
    if (phase === "online" && wasShown.current) announce(t.app.back);
    wasShown.current = shown;
  }, [phase, shown]);

  if (!shown) return null;
  const seconds = retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - now) / 1000));
  return (
    <div className="pointer-events-none absolute inset-x-0 top-16 z-30 flex justify-center px-4">
      <div className="pointer-events-auto flex min-h-10 items-center gap-2.5 rounded-full border border-line bg-raised py-1 ps-4 pe-2 text-sm shadow-card">
        {phase === "offline" ? <CloudOff size={16} aria-hidden="true" /> : <Spinner className="text-soft" />}
        <span>{phase === "offline" ? t.app.offline : phase === "connecting" ? t.app.connecting : t.app.reconnecting(seconds)}</span>
        <button
          type="button"
          onClick={connectNow}
          className="inline-flex min-h-8 items-center gap-1.5 rounded-full px-3 font-medium text-accent hover:bg-sunk"
        >
          <RefreshCw size={14} aria-hidden="true" />
          {t.app.retryNow}
        </button>
      </div>
    </div>
  );
}
