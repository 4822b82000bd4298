import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { type Column, Table } from "@/components/ui/Table";
import { admin } from "@/lib/i18n/admin";
import type { Standing } from "@/lib/policyProtocol";
import type { Me } from "@/lib/protocol";
import { ROLES } from "@/lib/roles";
import { visible } from "@/lib/text";
import { shortTime } from "@/lib/times";
import { MemberPanel } from "./MemberPanel";
import { usePeople } from "./usePeople";

const words = admin.people;

function rolesOf(member: Standing): string {
  const names = ROLES.filter((role) => member.roles.includes(role)).map((role) => words.roleNames[role]);
  return names.join(", ") + (member.roles_set ? ` (${words.setHere})` : "");
}

/** The members, each with what can be done about them below their row. */
export function People({ me }: { me: Me }) {
  const { data, isPending, error, refetch } = usePeople();
  const [open, setOpen] = useState<string | null>(null);
  if (isPending) return <Spinner className="mx-auto my-12 block text-soft" />;
  if (!data) {
    return <LoadFailed what={words.loadFailed} error={error} onRetry={() => void refetch()} />;
  }
  const owner = me.roles.includes("owner");
  const columns: Column<Standing>[] = [
    {
      head: words.name,
      render: (member) => (
        <>
          <span className="font-medium">{visible(member.name)}</span>
          {member.id === me.user.id && <span className="text-soft"> ({words.you})</span>}
          {!member.active && <span className="text-danger"> ({words.noAccess})</span>}
          <span className="block text-xs text-soft">{visible(member.email)}</span>
        </>
      ),
    },
    { head: words.roles, render: rolesOf },
    { head: words.source, render: (member) => <span className="text-soft">{member.source}</span> },
    {
      head: words.seen,
      render: (member) => <span className="text-soft">{member.seen_at ? words.browsers(member.sessions, shortTime(member.seen_at)) : words.nowhere}</span>,
    },
    {
      head: words.actions,
      className: "sm:w-28",
      render: (member) =>
        (owner || !member.roles.includes("owner")) && (
          <Button aria-label={words.changeOf(member.name)} aria-expanded={open === member.id} onClick={() => setOpen(open === member.id ? null : member.id)}>
            {words.change}
          </Button>
        ),
    },
  ];
  return (
    <Table
      label={words.table}
      columns={columns}
      rows={data}
      keyOf={(member) => member.id}
      renderBelow={(member) => open === member.id && <MemberPanel member={member} self={member.id === me.user.id} owner={owner} />}
    />
  );
}
