import { Keys } from "@/features/programs/Keys";
import { programs } from "@/lib/i18n/en/programs";
import type { Me } from "@/lib/protocol";
import { PlainPage } from "./PlainPage";

export function KeysPage({ me }: { me: Me }) {
  return (
    <PlainPage me={me} title={programs.pageTitle} intro={programs.intro}>
      <Keys me={me} />
    </PlainPage>
  );
}
