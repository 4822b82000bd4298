import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { request } from "@/lib/api/http";
import { programs as words } from "@/lib/i18n/en/programs";
import { KEYS, type KeyList, programUrls } from "@/lib/programs";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import { KeyForm } from "./KeyForm";
import { KeyTable } from "./KeyTable";
import { PolicyForm } from "./PolicyForm";

/** One's keys; for who manages keys, those of the organisation and of others as well. */
export function Keys({ me }: { me: Me }) {
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const { data, isPending, error, refetch } = useQuery({ queryKey: KEYS, queryFn: () => request<KeyList>("GET", programUrls.keys) });
  if (isPending) return <Spinner className="mx-auto my-6 block text-soft" />;
  if (!data) return <LoadFailed what={words.failed} error={error} onRetry={() => void refetch()} />;
  const manages = may(me, "keys.manage");
  const mine = data.keys.filter((key) => key.kind === "personal" && key.owner.id === me.user.id);
  const tenant = data.keys.filter((key) => key.kind === "tenant");
  const others = data.keys.filter((key) => key.kind === "personal" && key.owner.id !== me.user.id);
  const close = () => {
    setMaking(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  return (
    <div className="flex flex-col gap-8">
      {making ? (
        <KeyForm list={data} manages={manages} onMade={() => void client.invalidateQueries({ queryKey: KEYS })} onClose={close} />
      ) : (
        <Button ref={opener} look="accent" className="self-start" onClick={() => setMaking(true)}>
          {words.make}
        </Button>
      )}
      <KeyTable title={words.mine} keys={mine} />
      {manages && <KeyTable title={words.tenant} intro={words.tenantIntro} keys={tenant} />}
      {others.length > 0 && <KeyTable title={words.others} keys={others} />}
      {manages && <PolicyForm policy={data.policy} />}
    </div>
  );
}
