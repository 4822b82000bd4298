import { lazy, Suspense } from "react";
import { Spinner } from "@/components/ui/Spinner";
import { useServers } from "@/lib/api/getServers";
import { t } from "@/lib/i18n";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import { Header } from "./Header";
import { useTitle } from "./useTitle";

const Inbox = lazy(() => import("@/features/approvals/Inbox").then((part) => ({ default: part.Inbox })));

export function ApprovalsPage({ me }: { me: Me }) {
  const servers = useServers().data ?? [];
  useTitle(t.app.approvals);
  return (
    <>
      <Header me={me} title={null} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Suspense fallback={<Spinner className="mx-auto my-12 block text-soft" />}>
          <Inbox mayAll={may(me, "approvals.see_all")} servers={servers.map(({ id, name }) => ({ value: id, name }))} />
        </Suspense>
      </div>
    </>
  );
}
