import { useState } from "react";
import { Tick } from "@/components/forms/Tick";
import { Button } from "@/components/ui/Button";
import { sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import type { Standing } from "@/lib/policyProtocol";
import { ROLES } from "@/lib/roles";
import { useMemberChange } from "./usePeople";

const words = admin.people;

/** What somebody may do: said here, or by the identity provider. */
export function RolesForm({ member, owner }: { member: Standing; owner: boolean }) {
  const [roles, setRoles] = useState(member.roles);
  const { mutate, isPending, error } = useMemberChange(member, (name, { roles: chosen }) => (chosen ? words.saved(name) : words.byProviderDone(name)));
  const none = roles.length === 0;
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="mb-2 text-sm font-medium">{words.rolesOf(member.name)}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {ROLES.map((role) => (
          <Tick
            key={role}
            label={words.roleNames[role]}
            hint={words.roleHints[role]}
            checked={roles.includes(role)}
            disabled={role === "owner" && !owner}
            onChange={(on) => setRoles(on ? [...roles, role] : roles.filter((each) => each !== role))}
          />
        ))}
      </div>
      {none && <p className="text-sm text-soft">{words.atLeastOne}</p>}
      <div className="flex flex-wrap gap-2">
        <Button look="accent" aria-disabled={isPending || none} onClick={() => !isPending && !none && mutate({ roles })}>
          {words.save}
        </Button>
        {member.roles_set && (
          <Button aria-disabled={isPending} onClick={() => !isPending && mutate({ roles: null })}>
            {words.byProvider}
          </Button>
        )}
      </div>
      {error && (
        <p role="alert" className="text-sm text-danger">
          {sentence(error)}
        </p>
      )}
    </fieldset>
  );
}
