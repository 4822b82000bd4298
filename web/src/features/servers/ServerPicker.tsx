import { ChevronDown, Plug } from "lucide-react";
import { lazy, Suspense, useEffect } from "react";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Popover } from "@/components/ui/Popover";
import { Spinner } from "@/components/ui/Spinner";
import { useMedia } from "@/components/ui/useMedia";
import { useServers } from "@/lib/api/getServers";
import { t } from "@/lib/i18n";

const load = () => import("./ServerPanel");
const ServerPanel = lazy(() => load().then((part) => ({ default: part.ServerPanel })));

interface ServerPickerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  threadId: string | null;
}

/** The button "Servers 2" and what it opens: a popover beside it, or on a phone the whole screen. */
export function ServerPicker({ open, onOpenChange, threadId }: ServerPickerProps) {
  const phone = useMedia("(max-width: 639px)");
  const servers = useServers().data;
  const connected = servers?.filter((server) => server.state === "connected").length ?? 0;
  const ready = servers !== undefined;
  // Once the page is there, so that it is at hand when it is asked for. One that fails is loaded when it is opened.
  useEffect(() => {
    if (ready) load().catch(() => undefined);
  }, [ready]);
  const panel = (
    <Suspense fallback={<Spinner className="m-auto my-8 block text-soft" />}>
      <ServerPanel threadId={threadId} onClose={() => onOpenChange(false)} />
    </Suspense>
  );
  const trigger = (
    <Button look="quiet" aria-haspopup="dialog" onClick={phone ? () => onOpenChange(true) : undefined} className="px-2.5">
      <Plug size={16} aria-hidden="true" />
      <span className="max-sm:sr-only">{t.servers.name}</span>
      <span className="min-w-5 rounded-full bg-sunk px-1.5 text-xs tabular-nums">{connected}</span>
      <ChevronDown size={14} aria-hidden="true" className="text-soft max-sm:hidden" />
    </Button>
  );
  if (phone) {
    return (
      <>
        {trigger}
        <Dialog open={open} onClose={() => onOpenChange(false)} label={t.servers.name} shape="page">
          <div className="flex h-full flex-col">{panel}</div>
        </Dialog>
      </>
    );
  }
  return (
    <Popover open={open} onOpenChange={onOpenChange} trigger={trigger} label={t.servers.name}>
      {panel}
    </Popover>
  );
}
