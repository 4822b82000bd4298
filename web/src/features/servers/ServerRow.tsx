import { ShieldAlert } from "lucide-react";
import { Link } from "wouter";
import { picker } from "@/lib/i18n/en/picker";
import type { Server } from "@/lib/protocol";
import { pages } from "@/lib/urls";
import { ServerAction } from "./ServerAction";
import { ServerIcon } from "./ServerIcon";
import { StateLine } from "./StateLine";

/** What was set aside because it changed, and where to look at it. */
function Changed({ server, onFollow }: { server: Server; onFollow: (() => void) | undefined }) {
  if (!server.quarantined && server.set_aside === 0) return null;
  return (
    <Link
      href={`${pages.server(server.id)}?view=changes`}
      onClick={onFollow}
      className="mt-1 inline-flex min-h-6 items-center gap-1.5 rounded-full border border-warn/55 bg-warn-wash px-2.5 text-xs font-medium text-warn hover:underline pointer-coarse:min-h-11"
    >
      <ShieldAlert size={13} aria-hidden="true" className="shrink-0" />
      {server.quarantined ? picker.quarantined : picker.setAside(server.set_aside)}
    </Link>
  );
}

interface ServerRowProps {
  server: Server;
  /** When a link of the row is followed. */
  onFollow?: (() => void) | undefined;
}

/** One server of the catalogue: what it is for, how it stands, and what can be done. */
export function ServerRow({ server, onFollow }: ServerRowProps) {
  const facts = [
    picker.origins[server.origin],
    picker.transport(server.transport),
    server.version && picker.version(server.version),
    server.protocol && picker.protocol(server.protocol),
    ...server.categories,
  ].filter(Boolean);
  return (
    <li
      className="flex gap-3 rounded-xl px-3 py-2.5 [contain-intrinsic-size:auto_96px] [content-visibility:auto] hover:bg-sunk"
      aria-label={server.name}
      data-server={server.id}
      data-state={server.state}
    >
      <ServerIcon server={server} />
      <div className="flex min-w-0 flex-1 flex-wrap justify-between gap-x-3 gap-y-2">
        <div className="min-w-40 flex-1">
          <Link href={pages.server(server.id)} onClick={onFollow} className="inline-flex min-h-6 items-center font-medium wrap-anywhere underline-offset-2 hover:underline pointer-coarse:min-h-11">
            {server.name}
          </Link>
          <StateLine server={server} />
          <Changed server={server} onFollow={onFollow} />
          {server.description && <p className="mt-0.5 text-sm text-soft wrap-anywhere">{server.description}</p>}
          <p className="mt-0.5 text-xs text-soft wrap-anywhere">{facts.join(" · ")}</p>
        </div>
        <div className="shrink-0">
          <ServerAction server={server} />
        </div>
      </div>
    </li>
  );
}
