import { Archived } from "@/features/threads/Archived";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { PlainPage } from "./PlainPage";

export function ArchivePage({ me }: { me: Me }) {
  return (
    <PlainPage me={me} title={admin.archive.title} intro={admin.archive.intro}>
      <Archived />
    </PlainPage>
  );
}
