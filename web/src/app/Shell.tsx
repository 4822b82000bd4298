import { Suspense, useCallback, useMemo, useState } from "react";
import { Redirect, Route, Switch, useLocation, useRoute } from "wouter";
import { Dialog } from "@/components/ui/Dialog";
import { LayerContext } from "@/components/ui/LayerContext";
import { Spinner } from "@/components/ui/Spinner";
import { useMedia } from "@/components/ui/useMedia";
import { ConnectionPill } from "@/features/session/ConnectionPill";
import { useInitialize } from "@/features/session/initialize";
import { t } from "@/lib/i18n";
import type { Me } from "@/lib/protocol";
import { useTheme } from "@/lib/theme";
import { pages } from "@/lib/urls";
import { ApprovalsPage } from "./ApprovalsPage";
import { Header } from "./Header";
import { KeyboardHelp } from "./KeyboardHelp";
import {
  ArchivePage,
  DataPages,
  KeysPage,
  OrganisationsPage,
  PeoplePage,
  PermissionsPage,
  PolicyPage,
  RecordPage,
  ServerPage,
  ServersPage,
  SessionsPage,
  ThreadPage,
  UsagePage,
} from "./lazyPages";
import { useLiveNews } from "./live";
import { NewChatPage } from "./NewChatPage";
import { NotFound } from "./NotFound";
import { PageContext } from "./page";
import { SEARCH_ID, Sidebar } from "./Sidebar";
import { useShortcuts } from "./useShortcuts";
import { useCountFromList } from "./waitingCount";

/** The frame of every page: conversations at one side, the page at the other. */
export function Shell({ me }: { me: Me }) {
  const [, navigate] = useLocation();
  const [, params] = useRoute<{ thread: string }>(pages.threadPattern);
  const current = params?.thread ?? null;
  const wide = useMedia("(min-width: 768px)");
  const [main, setMain] = useState<HTMLElement | null>(null);
  const [menu, setMenu] = useState(false);
  const [servers, setServers] = useState(false);
  const [help, setHelp] = useState(false);
  useTheme();
  useInitialize(true);
  useCountFromList();

  const leave = useCallback(
    (id: string) => {
      if (window.location.pathname === pages.thread(id)) navigate(pages.newChat, { replace: true });
    },
    [navigate],
  );
  useLiveNews(leave);

  const closeMenu = useCallback(() => setMenu(false), []);
  const shortcuts = useMemo(
    () => ({
      newChat: () => navigate(pages.newChat),
      approvals: () => navigate(pages.approvals),
      go: (page: string) => navigate(page),
      help: () => setHelp(true),
      search: () => {
        setMenu(true);
        requestAnimationFrame(() => document.getElementById(SEARCH_ID)?.focus());
      },
    }),
    [navigate],
  );
  useShortcuts(shortcuts);

  const page = useMemo(() => ({ openMenu: () => setMenu(true), servers, setServers }), [servers]);
  const sidebar = <Sidebar me={me} current={current} onFollow={closeMenu} onDeleted={leave} onClose={wide ? undefined : closeMenu} />;
  return (
    <PageContext value={page}>
      <LayerContext value={main}>
      <div className="flex h-dvh">
        <nav aria-label={t.app.skip}>
          <a href="#main" className="sr-only focus:not-sr-only focus:fixed focus:start-2 focus:top-2 focus:z-50 focus:rounded-xl focus:bg-strong focus:px-4 focus:py-2 focus:text-strong-ink">
            {t.app.skip}
          </a>
        </nav>
        {wide ? (
          <aside aria-label={t.app.name} className="w-68 shrink-0 border-e border-line">
            {sidebar}
          </aside>
        ) : (
          <Dialog open={menu} onClose={closeMenu} label={t.app.navigation} shape="side">
            {sidebar}
          </Dialog>
        )}
        <main id="main" ref={setMain} tabIndex={-1} className="relative flex outline-none min-w-0 flex-1 flex-col">
          <ConnectionPill />
          <Suspense fallback={<Spinner className="m-auto text-soft" />}>
            <Switch>
              <Route path={pages.home}>
                <Redirect to={pages.newChat} replace />
              </Route>
              <Route path={pages.newChat}>
                <NewChatPage me={me} />
              </Route>
              <Route path={pages.approvals}>
                <ApprovalsPage me={me} />
              </Route>
              <Route path={pages.archive}>
                <ArchivePage me={me} />
              </Route>
              <Route path={pages.policies}>
                <PolicyPage me={me} />
              </Route>
              <Route path={pages.permissions}>
                <PermissionsPage me={me} />
              </Route>
              <Route path={pages.record}>
                <RecordPage me={me} />
              </Route>
              <Route path={pages.people}>
                <PeoplePage me={me} />
              </Route>
              <Route path={pages.sessions}>
                <SessionsPage me={me} />
              </Route>
              <Route path={pages.keys}>
                <KeysPage me={me} />
              </Route>
              <Route path={pages.usage}>
                <UsagePage me={me} />
              </Route>
              <Route path={pages.organisations}>
                <OrganisationsPage me={me} />
              </Route>
              <Route path={pages.data}>
                <DataPages me={me} features={false} />
              </Route>
              <Route path={pages.features}>
                <DataPages me={me} features />
              </Route>
              <Route path={pages.servers}>
                <ServersPage me={me} />
              </Route>
              <Route path={pages.serverPattern}>{({ server }) => <ServerPage key={server} serverId={server} me={me} />}</Route>
              <Route path={pages.threadPattern}>{({ thread }) => <ThreadPage threadId={thread} me={me} />}</Route>
              <Route>
                <Header me={me} title={t.app.name} />
                <NotFound />
              </Route>
            </Switch>
          </Suspense>
        </main>
        <KeyboardHelp open={help} onClose={() => setHelp(false)} />
      </div>
      </LayerContext>
    </PageContext>
  );
}
