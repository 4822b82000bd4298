import { Permissions } from "@/features/grants/Permissions";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { renderData } from "./data";
import { PlainPage } from "./PlainPage";
import { useTargets } from "./useTargets";

export function PermissionsPage({ me }: { me: Me }) {
  const targets = useTargets();
  return (
    <PlainPage me={me} title={admin.grants.pageTitle} intro={admin.grants.intro}>
      <Permissions me={me} targets={targets} renderData={renderData} />
    </PlainPage>
  );
}
