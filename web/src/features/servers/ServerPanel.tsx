import { Search, X } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { t } from "@/lib/i18n";
import type { Server } from "@/lib/protocol";
import { useServers } from "./getServers";
import { useToolset } from "./getToolset";
import { ServerRow } from "./ServerRow";

function matching(servers: Server[], query: string): Server[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return servers.filter((server) => words.every((word) => `${server.name} ${server.id} ${server.description}`.toLowerCase().includes(word)));
}

/** The catalogue with the state of this person's connections. */
export function ServerPanel({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState("");
  const { data, isPending, isError, refetch } = useServers();
  const tools = useToolset().data?.tools.length ?? 0;
  const shown = matching(data ?? [], query);
  return (
    <>
      <header className="flex items-center gap-2 border-b border-line ps-4 pe-2 pt-2 pb-2">
        <h2 className="flex-1 font-semibold">{t.servers.title}</h2>
        <IconButton label={t.app.close} onClick={onClose}>
          <X size={18} aria-hidden="true" />
        </IconButton>
      </header>
      <label className="relative m-3 block">
        <span className="sr-only">{t.servers.search}</span>
        <Search size={16} aria-hidden="true" className="absolute start-3 top-1/2 -translate-y-1/2 text-soft" />
        <input type="search" className="field min-h-10 ps-9!" placeholder={t.servers.search} value={query} onChange={(event) => setQuery(event.target.value)} />
      </label>
      <div className="min-h-0 flex-1 overflow-y-auto px-1 pb-2">
        {isPending && <Spinner className="mx-auto my-8 block text-soft" />}
        {isError && !data && (
          <div role="alert" className="px-4 py-6 text-center">
            <p>{t.servers.failed}</p>
            <Button className="mt-2" onClick={() => void refetch()}>
              {t.app.retry}
            </Button>
          </div>
        )}
        {data && shown.length === 0 && <p className="px-4 py-6 text-center text-soft">{query ? t.servers.noMatch(query) : t.servers.none}</p>}
        <ul aria-label={t.servers.name}>
          {shown.map((server) => (
            <ServerRow key={server.id} server={server} />
          ))}
        </ul>
      </div>
      <footer className="border-t border-line px-4 py-2.5 text-xs text-soft">
        {t.servers.toolset(tools)}. {t.servers.note}
      </footer>
    </>
  );
}
