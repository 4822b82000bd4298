import { Invitations } from "@/features/people/Invitations";
import { OwnProviders } from "@/features/people/OwnProviders";
import { People } from "@/features/people/People";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import { PlainPage } from "./PlainPage";

export function PeoplePage({ me }: { me: Me }) {
  const allowed = may(me, "members.manage");
  return (
    <PlainPage me={me} title={admin.people.pageTitle} intro={allowed ? admin.people.intro : admin.people.forbidden}>
      {allowed && (
        <>
          <People me={me} />
          <Invitations owner={me.roles.includes("owner")} />
          <OwnProviders />
        </>
      )}
    </PlainPage>
  );
}
