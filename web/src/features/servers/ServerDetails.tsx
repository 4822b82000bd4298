import { ArrowLeft } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Link, Redirect, useLocation, useSearchParams } from "wouter";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { Tabs } from "@/components/ui/Tabs";
import { useServers } from "@/lib/api/getServers";
import { Refusal } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import { notify } from "@/lib/notices";
import type { Me, Server } from "@/lib/protocol";
import type { ServerPage } from "@/lib/serversProtocol";
import { may } from "@/lib/roles";
import { pages } from "@/lib/urls";
import { Changes } from "./Changes";
import { useServerPage } from "./getServerPage";
import { Overview } from "./Overview";
import { Quarantine } from "./Quarantine";
import { ServerForm } from "./ServerForm";
import { ToolsView } from "./ToolsView";

const words = admin.servers;
const VIEWS = ["overview", "tools", "changes"] as const;
type View = (typeof VIEWS)[number];

/** What makes the page another one: the news of a connection says so sooner than the page itself. */
function standingOf(server: Server | undefined): string {
  return server ? [server.state, server.tools, server.set_aside, server.quarantined, server.login].join(" ") : "";
}

/** It was there until now: whoever looks at it is told, and is back where the others are. */
function Deleted({ name }: { name: string }) {
  useEffect(() => notify(words.removed(name)), [name]);
  return <Redirect to={pages.servers} replace />;
}

interface ServerDetailsProps {
  serverId: string;
  me: Me;
  /** Around the server, with its name as the heading. */
  renderPage: (name: string, intro: string, content: ReactNode) => ReactNode;
  gone: ReactNode;
}

/** Everything about one server: how it stands, its tools, what changed of them. */
export function ServerDetails({ serverId, me, renderPage, gone }: ServerDetailsProps) {
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  const listed = useServers().data?.find(({ id }) => id === serverId);
  const standing = standingOf(listed);
  const [name, setName] = useState<string | null>(null);
  if (listed && listed.name !== name) setName(listed.name);
  const deleted = name !== null && !listed;
  const { data, error, refetch } = useServerPage(serverId, standing, !deleted);
  const asked = search.get("view");
  const here = pages.server(serverId);

  if (deleted) return <Deleted name={name} />;
  if (error instanceof Refusal && error.code === "not_found") return gone;
  if (error && !data) {
    return renderPage(
      listed?.name ?? words.pageTitle,
      "",
      <LoadFailed what={words.loadFailed} error={error} onRetry={() => void refetch()} />,
    );
  }
  if (!data) return renderPage(listed?.name ?? words.pageTitle, listed?.description ?? "", <Spinner className="mx-auto my-12 block text-soft" />);
  // The list hears of changes at once.
  const page: ServerPage = { ...data, server: listed ?? data.server };
  const { server } = page;
  if (asked === "edit" && data.may.change) {
    return renderPage(
      words.formOf(server.name),
      "",
      <ServerForm page={page} manages={may(me, "servers.manage")} backHref={here} onDone={() => navigate(here)} />,
    );
  }
  const view = VIEWS.find((each) => each === asked) ?? "overview";
  const names: Record<View, string> = { overview: words.overview, tools: words.toolsView, changes: server.set_aside > 0 ? words.changesCount(server.set_aside) : words.changes };
  return renderPage(
    server.name,
    server.description,
    <>
      <Link href={pages.servers} className="-ms-1 mb-2 inline-flex min-h-9 items-center gap-1.5 rounded-lg px-1 text-sm text-soft hover:text-ink pointer-coarse:min-h-11">
        <ArrowLeft size={15} aria-hidden="true" />
        {words.back}
      </Link>
      <Quarantine server={server} here={view === "changes"} />
      <Tabs label={words.serverViews} tabs={VIEWS.map((each) => ({ name: names[each], href: each === "overview" ? here : `${here}?view=${each}`, current: each === view }))} />
      <div className="mt-5">
        {view === "overview" && <Overview page={page} />}
        {view === "tools" && <ToolsView page={page} me={me} />}
        {view === "changes" && <Changes page={page} standing={standing} />}
      </div>
    </>,
  );
}
