import { useState } from "react";
import { TypedDialog } from "@/components/forms/TypedDialog";
import { Button } from "@/components/ui/Button";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import type { Standing } from "@/lib/policyProtocol";
import { RolesForm } from "./RolesForm";
import { useErasure, useMemberChange, useSignOutEverywhere } from "./usePeople";

const words = admin.people;
const data = admin.data;

interface MemberPanelProps {
  member: Standing;
  /** Whose page it is: nobody takes away their own access, and of owners only an owner disposes. */
  self: boolean;
  owner: boolean;
}

/** Everything that can be done about one member. */
export function MemberPanel({ member, self, owner }: MemberPanelProps) {
  const [asking, setAsking] = useState(false);
  const [erasing, setErasing] = useState(false);
  const erase = useErasure(member, data.memberAsked);
  const access = useMemberChange(member, (name, { active }) => (active ? words.enabled(name) : words.disabled(name)));
  const out = useSignOutEverywhere(member, words.endedSessions);
  const failure = out.error ?? (asking ? null : access.error);
  return (
    <div className="flex flex-col gap-5 rounded-xl bg-sunk px-4 py-4">
      <RolesForm key={member.roles.join()} member={member} owner={owner} />
      <div className="flex flex-wrap gap-2 border-t border-line pt-4">
        {member.sessions > 0 && !self && (
          <Button aria-disabled={out.isPending} onClick={() => !out.isPending && out.mutate(undefined)}>
            {words.endSessions}
          </Button>
        )}
        {member.active && !self && (
          <Button look="danger" onClick={() => setAsking(true)}>
            {words.disable}
          </Button>
        )}
        {!member.active && (
          <Button aria-disabled={access.isPending} onClick={() => !access.isPending && access.mutate({ active: true })}>
            {words.enable}
          </Button>
        )}
        {!self && (
          <Button look="danger" onClick={() => setErasing(true)}>
            {data.memberNow}
          </Button>
        )}
        {failure && (
          <p role="alert" className="w-full text-sm text-danger">
            {sentence(failure)}
          </p>
        )}
      </div>
      {erasing && (
        <TypedDialog
          title={data.memberTitle(member.name)}
          text={data.memberText}
          name={member.name}
          busy={erase.isPending}
          error={erase.error}
          onConfirm={(typed) => erase.mutate(typed, { onSuccess: () => setErasing(false) })}
          onClose={() => setErasing(false)}
        />
      )}
      {asking && (
        <ConfirmDialog
          title={words.disableTitle(member.name)}
          text={words.disableText}
          action={words.disableNow}
          busy={access.isPending}
          error={access.error}
          onConfirm={() => access.mutate({ active: false }, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
