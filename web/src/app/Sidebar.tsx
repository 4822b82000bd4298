import { Archive, Inbox, KeyRound, type LucideIcon, Plug, ScrollText, ShieldCheck, SquarePen, Users, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Link, useLocation } from "wouter";
import { IconButton } from "@/components/ui/Button";
import { SearchField } from "@/components/ui/SearchField";
import { Spinner } from "@/components/ui/Spinner";
import { UpdateNotice } from "@/features/session/UpdateNotice";
import { UserMenu } from "@/features/session/UserMenu";
import { ThreadList } from "@/features/threads/ThreadList";
import { t } from "@/lib/i18n";
import type { Me } from "@/lib/protocol";
import { may, type Right } from "@/lib/roles";
import { pages } from "@/lib/urls";
import { Brand } from "./Brand";
import { useWaitingCount } from "./waitingCount";

const SearchResults = lazy(() => import("@/features/threads/SearchResults").then((part) => ({ default: part.SearchResults })));

export const SEARCH_ID = "thread-search";

interface SidebarProps {
  me: Me;
  current: string | null;
  onFollow: () => void;
  onDeleted: (id: string) => void;
  onClose?: (() => void) | undefined;
}

const LINK = "flex min-h-9 items-center gap-3 rounded-xl px-3 text-sm hover:bg-line/50 pointer-coarse:min-h-11 aria-[current=page]:bg-line/70";

const PAGES: { name: string; href: string; Icon: LucideIcon; right: Right | null }[] = [
  { name: t.servers.title, href: pages.servers, Icon: Plug, right: null },
  { name: t.app.policies, href: pages.policies, Icon: ShieldCheck, right: null },
  { name: t.app.permissions, href: pages.permissions, Icon: KeyRound, right: null },
  { name: t.app.people, href: pages.people, Icon: Users, right: "members.manage" },
  { name: t.app.record, href: pages.record, Icon: ScrollText, right: "audit.read" },
];

export function Sidebar({ me, current, onFollow, onDeleted, onClose }: SidebarProps) {
  const [query, setQuery] = useState("");
  const [location] = useLocation();
  const waiting = useWaitingCount((state) => state.count);
  return (
    <div className="flex h-full flex-col bg-side">
      <div className="flex h-14 shrink-0 items-center justify-between ps-4 pe-2">
        <Brand />
        {onClose && (
          <IconButton label={t.app.close} onClick={onClose}>
            <X size={18} aria-hidden="true" />
          </IconButton>
        )}
      </div>
      <div className="flex flex-col gap-0.5 px-2">
        <Link href={pages.newChat} onClick={onFollow} className={LINK} aria-keyshortcuts="Control+Shift+O">
          <SquarePen size={17} aria-hidden="true" />
          {t.threads.newChat}
        </Link>
        <Link href={pages.approvals} onClick={onFollow} className={LINK} aria-current={location === pages.approvals ? "page" : undefined}>
          <Inbox size={17} aria-hidden="true" />
          <span className="flex-1">{t.app.approvals}</span>
          {waiting > 0 && (
            <span className="min-w-5 rounded-full bg-warn px-1.5 text-center text-xs font-semibold text-page">
              <span aria-hidden="true">{waiting}</span>
              <span className="sr-only">, {t.app.waiting(waiting)}</span>
            </span>
          )}
        </Link>
      </div>
      <SearchField
        id={SEARCH_ID}
        label={t.threads.search}
        className="mx-2 mt-3 mb-2"
        fieldClassName="min-h-9 border-line! text-sm!"
        aria-keyshortcuts="Control+K"
        value={query}
        onChange={setQuery}
        onKeyDown={(event) => {
          if (event.key === "Escape" && query) {
            event.preventDefault();
            setQuery("");
          }
        }}
      />
      <nav aria-label={t.app.navigation} className="min-h-0 flex-1 overflow-y-auto px-2 pt-1">
        {query.trim() ? (
          <Suspense fallback={<Spinner className="mx-auto my-6 text-soft" />}>
            <SearchResults query={query.trim()} onFollow={onFollow} />
          </Suspense>
        ) : (
          <ThreadList current={current} onFollow={onFollow} onDeleted={onDeleted} />
        )}
        <Link href={pages.archive} onClick={onFollow} className={`${LINK} text-soft`} aria-current={location === pages.archive ? "page" : undefined}>
          <Archive size={17} aria-hidden="true" />
          {t.app.archive}
        </Link>
      </nav>
      <nav aria-label={t.app.pages} className="flex flex-col gap-0.5 border-t border-line px-2 pt-2">
        {PAGES.filter(({ right }) => right === null || may(me, right)).map(({ name, href, Icon }) => (
          <Link key={href} href={href} onClick={onFollow} className={LINK} aria-current={location === href || location.startsWith(`${href}/`) ? "page" : undefined}>
            <Icon size={17} aria-hidden="true" />
            {name}
          </Link>
        ))}
      </nav>
      <div className="p-2">
        <UpdateNotice buildId={me.build_id} />
        <UserMenu me={me} />
      </div>
    </div>
  );
}
