import { ShieldAlert } from "lucide-react";
import { Link } from "wouter";
import { admin } from "@/lib/i18n/admin";
import type { Server } from "@/lib/protocol";
import { pages } from "@/lib/urls";

const words = admin.servers;

/** Said above everything: tools of this server are not to be had, because they are not what they were. */
export function Quarantine({ server, here }: { server: Server; here: boolean }) {
  if (!server.quarantined && server.set_aside === 0) return null;
  return (
    <section aria-label={server.quarantined ? words.quarantineTitle : words.changes} className="mb-4 flex gap-3 rounded-2xl border border-warn/55 bg-warn-wash px-4 py-3">
      <ShieldAlert size={19} aria-hidden="true" className="mt-0.5 shrink-0 text-warn" />
      <div className="min-w-0">
        {server.quarantined && <p className="font-semibold">{words.quarantineTitle}</p>}
        <p className="text-sm">{server.quarantined ? words.quarantine : words.aside(server.set_aside)}</p>
        {!here && (
          <Link
            href={`${pages.server(server.id)}?view=changes`}
            className="mt-1 inline-flex min-h-6 items-center text-sm font-medium text-warn underline underline-offset-2 pointer-coarse:min-h-11"
          >
            {words.review}
          </Link>
        )}
      </div>
    </section>
  );
}
