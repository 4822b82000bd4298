import { Plus } from "lucide-react";
import { Link, useLocation, useSearchParams } from "wouter";
import { Tabs } from "@/components/ui/Tabs";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import { pages } from "@/lib/urls";
import { Exchange } from "./Exchange";
import { PolicyForm } from "./PolicyForm";
import { ServerForm } from "./ServerForm";
import { ServerList } from "./ServerList";

const words = admin.servers;
const VIEWS = ["list", "exchange", "policy"] as const;
const hrefOf = (view: string) => (view === "list" ? pages.servers : `${pages.servers}?view=${view}`);

/** The catalogue: its servers, entries in and out, and who may add what. */
export function Catalogue({ me }: { me: Me }) {
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  const manages = may(me, "servers.manage");
  const asked = search.get("view");
  if (asked === "new") return <ServerForm page={null} manages={manages} backHref={pages.servers} onDone={(server) => navigate(pages.server(server.id))} />;
  const view = VIEWS.find((each) => each === asked) ?? "list";
  return (
    <>
      <Tabs label={words.views} tabs={VIEWS.map((each) => ({ name: words[each], href: hrefOf(each), current: each === view }))} />
      <div className="mt-3">
        {view === "exchange" && <Exchange manages={manages} />}
        {view === "policy" && <PolicyForm manages={manages} />}
        {view === "list" && (
          <>
            <div className="mt-1 flex flex-wrap items-center justify-end px-3">
              <Link
                href={`${pages.servers}?view=new`}
                className="inline-flex min-h-9 items-center gap-1.5 rounded-xl bg-accent px-3.5 text-sm font-medium text-accent-ink hover:opacity-90 pointer-coarse:min-h-11"
              >
                <Plus size={16} aria-hidden="true" />
                {words.add}
              </Link>
            </div>
            <ServerList />
          </>
        )}
      </div>
    </>
  );
}
