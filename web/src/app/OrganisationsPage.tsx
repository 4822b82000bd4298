import { Organisations } from "@/features/people/Organisations";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { PlainPage } from "./PlainPage";

export function OrganisationsPage({ me }: { me: Me }) {
  return (
    <PlainPage me={me} title={admin.people.organisations} intro={admin.people.organisationsIntro}>
      <Organisations />
    </PlainPage>
  );
}
