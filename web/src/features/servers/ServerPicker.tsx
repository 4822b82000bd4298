import { ChevronDown, Plug } from "lucide-react";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Popover } from "@/components/ui/Popover";
import { useMedia } from "@/components/ui/useMedia";
import { t } from "@/lib/i18n";
import { useServers } from "./getServers";
import { ServerPanel } from "./ServerPanel";

interface ServerPickerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** The button "Servers 2" and what it opens: a popover beside it, or on a phone the whole screen. */
export function ServerPicker({ open, onOpenChange }: ServerPickerProps) {
  const phone = useMedia("(max-width: 639px)");
  const connected = useServers().data?.filter((server) => server.state === "connected").length ?? 0;
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
          <div className="flex h-full flex-col">
            <ServerPanel onClose={() => onOpenChange(false)} />
          </div>
        </Dialog>
      </>
    );
  }
  return (
    <Popover open={open} onOpenChange={onOpenChange} trigger={trigger} label={t.servers.name}>
      <ServerPanel onClose={() => onOpenChange(false)} />
    </Popover>
  );
}
