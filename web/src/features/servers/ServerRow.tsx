import { Circle, CircleCheck, KeyRound, TriangleAlert } from "lucide-react";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { serverTime } from "@/lib/clock";
import { t } from "@/lib/i18n";
import type { Server } from "@/lib/protocol";
import { useNow } from "@/lib/times";
import { useSwitch } from "./useSwitch";

function StateIcon({ server }: { server: Server }) {
  switch (server.state) {
    case "connected":
      return <CircleCheck size={18} aria-hidden="true" className="text-ok" />;
    case "connecting":
      return <Spinner className="text-accent" />;
    case "sign_in":
      return <KeyRound size={18} aria-hidden="true" className="text-warn" />;
    case "error":
      return <TriangleAlert size={18} aria-hidden="true" className="text-danger" />;
    default:
      return <Circle size={18} aria-hidden="true" className="text-soft" />;
  }
}

const WORDS = { off: t.servers.off, connecting: t.servers.connecting, sign_in: t.servers.needsLogin, error: t.servers.error };

function RetryAt({ at }: { at: string }) {
  const left = new Date(at).getTime() - serverTime(useNow(1000));
  return left > 0 ? <> · {t.servers.retryAt(Math.ceil(left / 1000))}</> : null;
}

function action(server: Server): { label: string; word: string } {
  switch (server.state) {
    case "connected":
      return { label: t.servers.disconnectFrom(server.name), word: t.servers.disconnect };
    case "error":
      return { label: t.servers.retry(server.name), word: t.app.retry };
    default:
      return { label: t.servers.connectTo(server.name), word: t.servers.connect };
  }
}

export function ServerRow({ server }: { server: Server }) {
  const { mutate, isPending } = useSwitch(server);
  const busy = isPending || server.state === "connecting";
  const { label, word } = action(server);
  const facts = [
    t.servers.transport(server.transport),
    server.version && t.servers.version(server.version),
    server.protocol && t.servers.protocol(server.protocol),
  ].filter(Boolean);
  return (
    <li className="flex gap-3 rounded-xl px-3 py-2.5 hover:bg-sunk" aria-label={server.name} data-server={server.id} data-state={server.state}>
      <span className="flex h-6 w-5 shrink-0 items-center justify-center">
        <StateIcon server={server} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium wrap-anywhere">{server.name}</p>
        <p className={`text-sm ${server.state === "error" ? "text-danger" : server.state === "connected" ? "text-ok" : "text-soft"}`}>
          {server.state === "connected" ? t.servers.connected(server.tools) : WORDS[server.state]}
          {server.state === "error" && server.retry_at && <RetryAt at={server.retry_at} />}
        </p>
        {server.message && server.state !== "connected" && <p className="text-sm wrap-anywhere">{server.message}</p>}
        {server.description && <p className="mt-0.5 text-sm text-soft wrap-anywhere">{server.description}</p>}
        <p className="mt-0.5 text-xs text-soft wrap-anywhere">{facts.join(" · ")}</p>
      </div>
      <Button
        className="shrink-0 self-start"
        look={server.state === "connected" ? "quiet" : "plain"}
        aria-label={label}
        // Not `disabled`: that would take the focus away from whoever pressed it.
        aria-disabled={busy}
        onClick={() => {
          if (!busy) mutate();
        }}
      >
        {word}
      </Button>
    </li>
  );
}
