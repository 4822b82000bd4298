import { type FormEvent, useState } from "react";
import { ChoiceField } from "@/components/forms/ChoiceField";
import { NumberField } from "@/components/forms/NumberField";
import { Button } from "@/components/ui/Button";
import { useMembers } from "@/lib/api/getMembers";
import { sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import { ROLES } from "@/lib/roles";
import type { LimitScope, Limits } from "@/lib/usageProtocol";
import { amountOf, readAmount } from "./amounts";
import { useLimitChange } from "./useUsage";

const words = admin.usage;
const SCOPES: LimitScope[] = ["tenant", "everybody", "role", "user"];

/** Sets one limit; what was set for the same people before gives way. */
export function LimitForm({ limits, currency }: { limits: Limits; currency: string }) {
  const { data: members = [] } = useMembers(true);
  const [scope, setScope] = useState<LimitScope>("everybody");
  const [role, setRole] = useState("member");
  const [person, setPerson] = useState("");
  const [kind, setKind] = useState("tokens_per_day");
  const [written, setWritten] = useState("");
  const [wrong, setWrong] = useState<string>();
  const change = useLimitChange(() => words.setDone);
  const most = limits.most[scope === "tenant" ? "tenant" : "person"][kind];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const amount = readAmount(written, kind);
    setWrong(amount === null ? words.notNumber : undefined);
    if (amount === null || change.isPending) return;
    const user = person || members[0]?.id;
    const whom = { ...(scope === "role" && { role }), ...(scope === "user" && user && { user_id: user }) };
    change.mutate({ scope, kind, amount, ...whom }, { onSuccess: () => setWritten("") });
  };
  return (
    <form className="mt-4 flex flex-col gap-4 rounded-xl bg-sunk px-4 py-4" onSubmit={submit}>
      <div className="grid gap-4 sm:grid-cols-2">
        <ChoiceField label={words.forWhom} value={scope} options={SCOPES.map((each) => ({ value: each, name: words.scopes[each] }))} onChange={(value) => setScope(value as LimitScope)} />
        {scope === "role" && <ChoiceField label={words.role} value={role} options={ROLES.map((each) => ({ value: each, name: admin.people.roleNames[each] }))} onChange={setRole} />}
        {scope === "user" && <ChoiceField label={words.person} value={person || (members[0]?.id ?? "")} options={members.map(({ id, name }) => ({ value: id, name }))} onChange={setPerson} />}
        <ChoiceField
          label={words.limit}
          value={kind}
          options={limits.kinds.filter(({ name }) => scope !== "tenant" || name !== "sockets").map(({ name }) => ({ value: name, name: words.kind(name) }))}
          onChange={setKind}
        />
        <NumberField label={words.amount} value={written} onChange={setWritten} length={13} error={wrong} hint={most === undefined ? undefined : words.most(amountOf(kind, most, currency))} />
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="accent" aria-disabled={change.isPending}>
          {words.set}
        </Button>
        {change.error && (
          <p role="alert" className="text-sm text-danger">
            {sentence(change.error)}
          </p>
        )}
      </div>
    </form>
  );
}
