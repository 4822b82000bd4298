import { useDeferredValue, useState } from "react";
import { Button } from "@/components/ui/Button";
import { SearchField } from "@/components/ui/SearchField";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import type { ServerPage } from "@/lib/serversProtocol";
import { hasWords } from "@/lib/text";
import { ToolCard } from "./ToolCard";

const words = admin.servers;
const PAGE = 50;

/** The tools that a server declares, and what becomes of calls to them. */
export function ToolsView({ page, me }: { page: ServerPage; me: Me }) {
  const [query, setQuery] = useState("");
  const [most, setMost] = useState(PAGE);
  const { tools, server } = page;
  const wanted = useDeferredValue(query);
  const found = tools.filter((tool) => hasWords(`${tool.tool} ${tool.title ?? ""} ${tool.description}`, wanted));
  if (tools.length === 0) return <p className="py-10 text-center text-soft">{server.state === "connected" ? words.toolsEmpty : words.toolsNone}</p>;
  return (
    <>
      <h2 className="sr-only">{words.toolsView}</h2>
      <p className="text-sm text-soft">{admin.policy.declaredNote}</p>
      <div className="mt-3 mb-3 flex flex-wrap items-center gap-3">
        <SearchField
          label={words.toolSearch}
          className="min-w-48 flex-1"
          value={query}
          onChange={(next) => {
            setQuery(next);
            setMost(PAGE);
          }}
        />
        <p role="status" className="text-sm text-soft">
          {words.toolCount(found.length, tools.length)}
        </p>
      </div>
      {found.length === 0 && <p className="py-6 text-center text-soft">{words.toolNoMatch(query)}</p>}
      <ul aria-label={words.toolsView} className="flex flex-col gap-2">
        {found.slice(0, most).map((tool) => (
          <ToolCard key={`${tool.tool} ${tool.definition_hash}`} tool={tool} server={server} me={me} />
        ))}
      </ul>
      {found.length > most && (
        <Button className="mx-auto mt-3 flex!" onClick={() => setMost(most + PAGE)}>
          {words.more(found.length - most)}
        </Button>
      )}
    </>
  );
}
