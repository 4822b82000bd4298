import { Pin } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { Button, IconButton } from "@/components/ui/Button";
import { SearchField } from "@/components/ui/SearchField";
import { Spinner } from "@/components/ui/Spinner";
import { Switch } from "@/components/ui/Switch";
import { announce } from "@/lib/announce";
import { useServers } from "@/lib/api/getServers";
import { useToolset } from "@/lib/api/getToolset";
import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { picker } from "@/lib/i18n/en/picker";
import { notify } from "@/lib/notices";
import type { ToolInfo } from "@/lib/protocol";
import { hasWords } from "@/lib/text";
import { pinned, type Switched, switched, useThreadTools, useToolSwitch } from "./threadTools";

const PAGE = 100;
const titleOf = (tool: ToolInfo) => tool.title ?? tool.name.slice(tool.name.indexOf("__") + 2);

function matching(tools: ToolInfo[], names: Map<string, string>, query: string): ToolInfo[] {
  return tools.filter((tool) => hasWords(`${tool.name} ${tool.title ?? ""} ${names.get(tool.server) ?? ""} ${tool.description}`, query));
}

/** The tools of a conversation's agent, each of them switched on or off for this conversation alone. */
export function ThreadTools({ threadId }: { threadId: string }) {
  const [query, setQuery] = useState("");
  const [most, setMost] = useState(PAGE);
  const tools = useToolset().data?.tools;
  const names = new Map((useServers().data ?? []).map(({ id, name }) => [id, name]));
  const { data, isError, refetch } = useThreadTools(threadId);
  const { mutate } = useToolSwitch(threadId);
  const found = matching(tools ?? [], names, useDeferredValue(query));
  const off = new Set(data?.off);
  const kept = new Set(data?.kept);
  const change = (next: Switched, said: string) => mutate(next, { onSuccess: () => announce(said), onError: (error) => notify(sentence(error)) });

  if (isError && !data) {
    return (
      <div role="alert" className="px-4 py-8 text-center">
        <p>{picker.toolsFailed}</p>
        <Button className="mt-2" onClick={() => void refetch()}>
          {t.app.retry}
        </Button>
      </div>
    );
  }
  if (!data || !tools) return <Spinner className="mx-auto my-8 block text-soft" />;
  // Then the model is shown a choice of them for each turn.
  const isChoice = tools.length > data.most;
  const on = tools.filter(({ name }) => !off.has(name)).length;
  return (
    <>
      <SearchField
        label={picker.searchTools}
        className="m-3 mb-2"
        value={query}
        onChange={(next) => {
          setQuery(next);
          setMost(PAGE);
        }}
      />
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        {found.length === 0 && <p className="px-4 py-6 text-center text-soft">{tools.length === 0 ? picker.noTools : picker.noToolMatch(query)}</p>}
        <ul aria-label={picker.threadTools}>
          {found.slice(0, most).map((tool) => {
            const server = names.get(tool.server) ?? tool.server;
            const isOn = !off.has(tool.name);
            return (
              <li key={tool.name} className="flex items-center gap-2 rounded-xl ps-2 hover:bg-sunk">
                <div className="min-w-0 flex-1 py-1.5">
                  <p className="text-sm font-medium wrap-anywhere">{titleOf(tool)}</p>
                  <p className="text-xs text-soft wrap-anywhere">
                    {server}
                    {tool.policy === "deny" && ` · ${picker.blocked}`}
                  </p>
                </div>
                {isChoice && (
                  <IconButton
                    label={picker.pin(titleOf(tool), server)}
                    aria-pressed={kept.has(tool.name)}
                    className="aria-pressed:text-accent"
                    onClick={() => change(pinned(data, tool.name, !kept.has(tool.name)), picker.pinNow(titleOf(tool), !kept.has(tool.name)))}
                  >
                    <Pin size={16} aria-hidden="true" fill={kept.has(tool.name) ? "currentColor" : "none"} />
                  </IconButton>
                )}
                <Switch
                  label={picker.toolSwitch(titleOf(tool), server)}
                  on={isOn}
                  busy={false}
                  onChange={(next) => change(switched(data, tool.name, next), picker.toolNow(titleOf(tool), next))}
                />
              </li>
            );
          })}
        </ul>
        {found.length > most && (
          <Button look="quiet" className="mx-auto mt-1 flex!" onClick={() => setMost(most + PAGE)}>
            {picker.more(found.length - most)}
          </Button>
        )}
      </div>
      <footer className="flex flex-wrap items-center justify-between gap-x-3 border-t border-line px-4 py-2 text-xs text-soft">
        <p role="status">{picker.toolsOn(on, tools.length)}</p>
        {off.size > 0 && (
          <Button look="quiet" className="-me-2 px-2!" onClick={() => change({ ...data, off: [] }, picker.toolsOn(tools.length, tools.length))}>
            {picker.allOn}
          </Button>
        )}
        <p className="w-full">
          {picker.toolsNote} {isChoice && picker.pinNote}
        </p>
      </footer>
    </>
  );
}
