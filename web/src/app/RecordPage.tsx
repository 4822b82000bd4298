import { Audit } from "@/features/audit/Audit";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import { renderData } from "./data";
import { PlainPage } from "./PlainPage";

export function RecordPage({ me }: { me: Me }) {
  if (!may(me, "audit.read")) {
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
