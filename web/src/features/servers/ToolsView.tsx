import { Search } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { Button } from "@/components/ui/Button";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import type { ServerPage, ServerTool } from "@/lib/serversProtocol";
import { ToolCard } from "./ToolCard";

const words = admin.servers;
const PAGE = 50;

function matching(tools: ServerTool[], query: string): ServerTool[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return tools.filter((tool) => {
    const text = `${tool.tool} ${tool.title ?? ""} ${tool.description}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** The tools that a server declares, and what becomes of calls to them. */
export function ToolsView({ page, me }: { page: ServerPage; me: Me }) {
  const [query, setQuery] = useState("");
  const [most, setMost] = useState(PAGE);
  const { tools, server } = page;
  const found = matching(tools, useDeferredValue(query));
  if (tools.length === 0) return <p className="py-10 text-center text-soft">{server.state === "connected" ? words.toolsEmpty : words.toolsNone}</p>;
  return (
    <>
      <h2 className="sr-only">{words.toolsView}</h2>
      <p className="text-sm text-soft">{admin.policy.declaredNote}</p>
      <div className="mt-3 mb-3 flex flex-wrap items-center gap-3">
        <label className="relative block min-w-48 flex-1">
          <span className="sr-only">{words.toolSearch}</span>
          <Search size={16} aria-hidden="true" className="absolute start-3 top-1/2 -translate-y-1/2 text-soft" />
          <input
            type="search"
            className="field min-h-10 ps-9! pointer-coarse:min-h-11"
            placeholder={words.toolSearch}
            value={query}
            onChange={(event) => {
              setQuery(event.target.value);
              setMost(PAGE);
            }}
          />
        </label>
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
