import { Catalogue } from "@/features/servers/Catalogue";
import { ServerDetails } from "@/features/servers/ServerDetails";
import { t } from "@/lib/i18n";
import { admin } from "@/lib/i18n/admin";
import type { Me } from "@/lib/protocol";
import { Header } from "./Header";
import { NotFound } from "./NotFound";
import { PlainPage } from "./PlainPage";

export function ServersPage({ me }: { me: Me }) {
  return (
    <PlainPage me={me} title={admin.servers.pageTitle} intro={admin.servers.intro}>
      <Catalogue me={me} />
    </PlainPage>
  );
}

export function ServerPage({ me, serverId }: { me: Me; serverId: string }) {
  return (
    <ServerDetails
      serverId={serverId}
      me={me}
      renderPage={(name, intro, content) => (
        <PlainPage me={me} title={name} intro={intro}>
          {content}
        </PlainPage>
      )}
      gone={
        <>
          <Header me={me} title={t.app.name} />
          <NotFound />
        </>
      }
    />
  );
}
