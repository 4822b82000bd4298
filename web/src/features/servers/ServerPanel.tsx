import { ArrowLeft, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { Button, IconButton } from "@/components/ui/Button";
import { useToolset } from "@/lib/api/getToolset";
import { t } from "@/lib/i18n";
import { picker } from "@/lib/i18n/en/picker";
import { pages } from "@/lib/urls";
import { ServerList } from "./ServerList";
import { ThreadTools } from "./ThreadTools";

const LINK = "inline-flex min-h-9 items-center rounded-lg px-1.5 text-sm font-medium text-accent underline-offset-2 hover:underline pointer-coarse:min-h-11";

interface ServerPanelProps {
  /** The conversation that is open, whose tools can be switched. */
  threadId: string | null;
  onClose: () => void;
}

/** The picker: the servers with the state of this person's connections, and the tools of the conversation. */
export function ServerPanel({ threadId, onClose }: ServerPanelProps) {
  const [tools, setTools] = useState(false);
  const panel = useRef<HTMLDivElement>(null);
  const count = useToolset().data?.tools.length ?? 0;
  const ofThread = tools ? threadId : null;
  // It has come later than what opened it, so it asks for the focus itself.
  useEffect(() => panel.current?.querySelector<HTMLElement>("input[type=search]")?.focus(), [ofThread]);
  return (
    <div ref={panel} className="flex min-h-0 flex-1 flex-col">
      <header className="flex items-center gap-2 border-b border-line ps-4 pe-2 pt-2 pb-2">
        {ofThread && (
          <IconButton label={picker.backToServers} className="-ms-2" onClick={() => setTools(false)}>
            <ArrowLeft size={18} aria-hidden="true" />
          </IconButton>
        )}
        <h2 className="flex-1 font-semibold">{ofThread ? picker.threadTools : picker.title}</h2>
        <IconButton label={t.app.close} onClick={onClose}>
          <X size={18} aria-hidden="true" />
        </IconButton>
      </header>
      {ofThread ? (
        <ThreadTools threadId={ofThread} />
      ) : (
        <>
          <ServerList onFollow={onClose} renderRows={(rows) => <div className="min-h-0 flex-1 overflow-y-auto px-1 pb-2">{rows}</div>} />
          <footer className="border-t border-line px-4 py-2">
            <p className="text-xs text-soft">
              {picker.toolset(count)}. {picker.note}
            </p>
            <div className="-ms-1.5 mt-1 flex flex-wrap items-center gap-x-3">
              <Link href={pages.servers} onClick={onClose} className={LINK}>
                {picker.manage}
              </Link>
              {threadId && count > 0 && (
                <Button look="quiet" className="px-1.5! text-accent" onClick={() => setTools(true)}>
                  {picker.threadTools}
                </Button>
              )}
            </div>
          </footer>
        </>
      )}
    </div>
  );
}
