import { Sessions } from "@/features/people/Sessions";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { PlainPage } from "./PlainPage";

export function SessionsPage({ me }: { me: Me }) {
  return (
    <PlainPage me={me} title={admin.people.sessionsTitle} intro={admin.people.sessionsIntro}>
      <Sessions />
    </PlainPage>
  );
}
