import { Pencil, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { Button } from "@/components/ui/Button";
import { command, sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import { picker } from "@/lib/i18n/en/picker";
import type { Server } from "@/lib/protocol";
import { serverUrls } from "@/lib/serverUrls";
import type { ServerPage } from "@/lib/serversProtocol";
import { pages } from "@/lib/urls";
import { DeleteServer } from "./DeleteServer";
import { ServerAction } from "./ServerAction";
import { StateLine } from "./StateLine";
import { useServerChange } from "./useServerChange";

const words = admin.servers;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-4 py-1.5 max-sm:grid-cols-1">
      <dt className="text-sm text-soft">{name}</dt>
      <dd className="text-sm wrap-anywhere">{children}</dd>
    </div>
  );
}

function SignOut({ server }: { server: Server }) {
  const { mutate, isPending, error } = useServerChange(
    () => command("POST", serverUrls.signOut(server.id)),
    () => words.signedOut(server.name),
  );
  return (
    <>
      <Button aria-label={words.signOutOf(server.name)} aria-disabled={isPending} onClick={() => !isPending && mutate(undefined)}>
        {words.signOut}
      </Button>
      {error && (
        <p role="alert" className="text-sm text-danger">
          {sentence(error)}
        </p>
      )}
    </>
  );
}

/** How one server stands, what it is, and what can be done with it as a whole. */
export function Overview({ page }: { page: ServerPage }) {
  const [deleting, setDeleting] = useState(false);
  const { server, url, headers, may } = page;
  return (
    <>
      <section aria-labelledby="server-status" className="flex flex-wrap items-start justify-between gap-3 rounded-2xl border border-line bg-raised p-4">
        <div className="min-w-40 flex-1">
          <h2 id="server-status" className="sr-only">
            {words.status}
          </h2>
          <StateLine server={server} />
          {server.auth === "oauth" && <p className="mt-1 text-sm text-soft">{words.logins[server.login]}</p>}
        </div>
        <div className="flex flex-wrap items-start gap-2">
          {server.login === "signed_in" && <SignOut server={server} />}
          <ServerAction server={server} />
        </div>
      </section>
      <section aria-labelledby="server-about" className="mt-6">
        <h2 id="server-about" className="font-medium">
          {words.about}
        </h2>
        <dl className="mt-1 divide-y divide-line">
          <Fact name={words.origin}>{words.origins[server.origin]}</Fact>
          <Fact name={words.trust}>{words.trusts[server.trust]}</Fact>
          <Fact name={words.auth}>
            {words.auths[server.auth]}
            {headers.length > 0 && `. ${words.headersKept(headers.join(", "))}`}
          </Fact>
          <Fact name={words.transportName}>{picker.transport(server.transport)}</Fact>
          {url && (
            <Fact name={words.address}>
              <code className="font-mono text-[0.8125rem]">{url}</code>
            </Fact>
          )}
          <Fact name={words.version}>{server.version ?? words.unknown}</Fact>
          <Fact name={words.protocol}>{server.protocol ? words.protocolOf(server.protocol) : words.unknown}</Fact>
          {server.categories.length > 0 && <Fact name={words.categories}>{server.categories.join(", ")}</Fact>}
        </dl>
      </section>
      {may.change && (
        <div className="mt-6 flex flex-wrap gap-2">
          <Link
            href={`${pages.server(server.id)}?view=edit`}
            className="inline-flex min-h-9 items-center gap-1.5 rounded-xl border border-edge/70 bg-raised px-3.5 text-sm font-medium hover:bg-sunk pointer-coarse:min-h-11"
          >
            <Pencil size={15} aria-hidden="true" />
            {words.edit}
          </Link>
          <Button look="danger" onClick={() => setDeleting(true)}>
            <Trash2 size={15} aria-hidden="true" />
            {words.remove}
          </Button>
        </div>
      )}
      {deleting && <DeleteServer server={server} onClose={() => setDeleting(false)} />}
    </>
  );
}
