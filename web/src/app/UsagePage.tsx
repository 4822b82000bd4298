import { LimitList } from "@/features/usage/LimitList";
import { OwnUsage } from "@/features/usage/OwnUsage";
import { TenantUsage } from "@/features/usage/TenantUsage";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import { PlainPage } from "./PlainPage";

export function UsagePage({ me }: { me: Me }) {
  const manages = may(me, "limits.manage");
  return (
    <PlainPage me={me} title={admin.usage.title} intro={admin.usage.intro}>
      <OwnUsage />
      {manages && (
        <>
          <TenantUsage />
          <LimitList />
        </>
      )}
    </PlainPage>
  );
}
