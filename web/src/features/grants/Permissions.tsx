import { KeyRound, Plus } from "lucide-react";
import { useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { Tabs } from "@/components/ui/Tabs";
import { useMembers } from "@/lib/api/getMembers";
import { useToolClasses } from "@/lib/api/getToolClasses";
import { admin } from "@/lib/i18n/admin";
import type { Grant } from "@/lib/policyProtocol";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import type { Targets } from "@/lib/targets";
import { pages } from "@/lib/urls";
import { useGrants } from "./getGrants";
import { GiveForm } from "./GiveForm";
import { GrantCard, type RenderData } from "./GrantCard";
import { toolName } from "./names";

const words = admin.grants;

interface PermissionsProps {
  me: Me;
  targets: Targets;
  renderData: RenderData;
}

/** What runs without asking: one's own permissions, and for owners and admins everybody's. */
export function Permissions({ me, targets, renderData }: PermissionsProps) {
  const [search] = useSearchParams();
  const manages = may(me, "grants.manage");
  const scope = manages && search.get("of") === "everybody" ? "tenant" : "mine";
  const { data, isPending, isError, error, refetch } = useGrants(scope);
  const tools = useToolClasses().data ?? [];
  const members = useMembers(manages).data ?? [];
  const [giving, setGiving] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const live = data?.filter((grant) => grant.state === "live") ?? [];
  const ended = data?.filter((grant) => grant.state !== "live") ?? [];
  const cards = (grants: Grant[]) => (
    <ul className="flex flex-col gap-3">
      {grants.map((grant) => (
        <li key={grant.id}>
          <GrantCard grant={grant} tool={toolName(grant, tools)} me={me.user.id} manages={manages} renderData={renderData} />
        </li>
      ))}
    </ul>
  );
  const close = () => {
    setGiving(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  return (
    <>
      {manages && (
        <Tabs
          label={words.views}
          tabs={[
            { name: words.mine, href: pages.permissions, current: scope === "mine" },
            { name: words.everybodys, href: `${pages.permissions}?of=everybody`, current: scope === "tenant" },
          ]}
        />
      )}
      <div className="mt-5 flex flex-col gap-6">
        {giving ? (
          <GiveForm targets={targets} tools={tools} members={members} me={me.user.id} manages={manages} onDone={close} />
        ) : (
          <div>
            <Button ref={opener} look="accent" className="min-h-10!" onClick={() => setGiving(true)}>
              <Plus size={16} aria-hidden="true" />
              {words.give}
            </Button>
          </div>
        )}
        {isPending && <Spinner className="mx-auto my-12 block text-soft" />}
        {isError && !data && <LoadFailed what={words.loadFailed} error={error} onRetry={() => void refetch()} />}
        {data && live.length === 0 && (
          <div className="flex flex-col items-center gap-2 py-10 text-center">
            <KeyRound size={32} aria-hidden="true" className="text-soft" />
            <h2 className="font-medium">{words.none}</h2>
            <p className="max-w-sm text-sm text-soft">{words.noneHint}</p>
          </div>
        )}
        {live.length > 0 && (
          <section aria-labelledby="live-grants">
            <h2 id="live-grants" className="mb-2 text-sm font-medium text-soft">
              {words.live}
            </h2>
            {cards(live)}
          </section>
        )}
        {ended.length > 0 && (
          <details>
            <summary className="min-h-9 cursor-pointer text-sm text-soft pointer-coarse:min-h-11">
              <h2 className="inline font-medium">{words.ended(ended.length)}</h2>
            </summary>
            <div className="mt-2">{cards(ended)}</div>
          </details>
        )}
      </div>
    </>
  );
}
