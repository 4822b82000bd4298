import { Menu as MenuIcon } from "lucide-react";
import { IconButton } from "@/components/ui/Button";
import { ServerPicker } from "@/features/servers/ServerPicker";
import { ModelLabel } from "@/features/session/ModelLabel";
import { t } from "@/lib/i18n";
import type { Me } from "@/lib/protocol";
import { usePage } from "./page";

interface HeaderProps {
  me: Me;
  title: string | null;
  /** The conversation that the page shows. */
  threadId?: string;
}

/** The bar above a page: where one is, which model answers, which servers are connected. */
export function Header({ me, title, threadId }: HeaderProps) {
  const { openMenu, servers, setServers } = usePage();
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 ps-4 pe-2 max-md:ps-2">
      <IconButton label={t.app.menu} className="md:hidden" onClick={openMenu}>
        <MenuIcon size={20} aria-hidden="true" />
      </IconButton>
      <div className="min-w-0 flex-1">{title !== null && <h1 className="truncate font-medium">{title}</h1>}</div>
      <ModelLabel model={me.model} />
      <ServerPicker threadId={threadId ?? null} open={servers} onOpenChange={setServers} />
    </header>
  );
}
