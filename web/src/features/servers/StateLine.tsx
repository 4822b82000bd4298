import { Circle, CircleCheck, KeyRound, TriangleAlert } from "lucide-react";
import { Spinner } from "@/components/ui/Spinner";
import { serverTime } from "@/lib/clock";
import { picker } from "@/lib/i18n/en/picker";
import type { Server } from "@/lib/protocol";
import { useNow } from "@/lib/times";
import { needsSignIn } from "./attention";

const WORDS = { off: picker.off, connecting: picker.connecting, sign_in: picker.needsLogin, error: picker.error };

function StateIcon({ state }: { state: Server["state"] }) {
  const sign = { size: 15, "aria-hidden": true, className: "shrink-0 self-center" } as const;
  if (state === "connected") return <CircleCheck {...sign} />;
  if (state === "connecting") return <Spinner className="size-3.5! shrink-0 self-center" />;
  if (state === "sign_in") return <KeyRound {...sign} />;
  if (state === "error") return <TriangleAlert {...sign} />;
  return <Circle {...sign} />;
}

function RetryAt({ at }: { at: string }) {
  const left = new Date(at).getTime() - serverTime(useNow(1000));
  return left > 0 ? <>, {picker.retryAt(Math.ceil(left / 1000))}</> : null;
}

/** What to do about a server that can't be used; null where nothing is to be done. */
function adviceOf(server: Server): string | null {
  if (server.state === "connected" || server.state === "connecting") return null;
  if (needsSignIn(server)) return server.login === "expired" ? picker.loginExpired : picker.loginMissing;
  if (server.state === "sign_in") return server.auth === "headers" ? picker.headerRefused : server.message;
  if (server.state === "error") return server.message ?? picker.tryAgain;
  return null;
}

const COLOURS = { off: "text-soft", connecting: "text-soft", connected: "text-ok", sign_in: "text-warn", error: "text-danger" };

/** How the connection stands, in one sentence, and what is to be done. */
export function StateLine({ server }: { server: Server }) {
  const advice = adviceOf(server);
  const state = server.state === "off" && needsSignIn(server) ? "sign_in" : server.state;
  return (
    <>
      <p className={`flex gap-1.5 text-sm ${COLOURS[state]}`}>
        <StateIcon state={state} />
        <span>
          {state === "connected" ? picker.connected(server.tools) : WORDS[state]}
          {state === "error" && server.retry_at && <RetryAt at={server.retry_at} />}
        </span>
      </p>
      {advice && <p className="text-sm wrap-anywhere">{advice}</p>}
    </>
  );
}
