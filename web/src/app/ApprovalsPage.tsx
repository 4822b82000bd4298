import { Inbox } from "@/features/approvals/Inbox";
import { t } from "@/lib/i18n";
import type { Me } from "@/lib/protocol";
import { Header } from "./Header";
import { useTitle } from "./useTitle";

export function ApprovalsPage({ me }: { me: Me }) {
  useTitle(t.approvals.pageTitle);
  return (
    <>
      <Header me={me} title={null} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Inbox />
      </div>
    </>
  );
}
