import { Audit } from "@/features/audit/Audit";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { mayManage } from "@/lib/roles";
import { renderData } from "./data";
import { PlainPage } from "./PlainPage";

export function RecordPage({ me }: { me: Me }) {
  if (!mayManage(me.roles)) {
    return (
      <PlainPage me={me} title={admin.audit.pageTitle} intro={admin.audit.forbidden}>
        {null}
      </PlainPage>
    );
  }
  return (
    <PlainPage me={me} title={admin.audit.pageTitle} intro={admin.audit.intro}>
      <Audit renderData={renderData} />
    </PlainPage>
  );
}
