import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { type Column, Table } from "@/components/ui/Table";
import { announce } from "@/lib/announce";
import { command, request, sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import { peopleUrls } from "@/lib/peopleUrls";
import type { Invitation } from "@/lib/policyProtocol";
import { ROLES } from "@/lib/roles";
import { visible } from "@/lib/text";
import { shortTime } from "@/lib/times";
import { InviteForm } from "./InviteForm";

const words = admin.people;
const KEY = ["invitations"];

/** The links that let somebody in: made here, shown once, taken back here. */
export function Invitations({ owner }: { owner: boolean }) {
  const client = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const { data, isPending, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: async () => (await request<{ invitations: Invitation[] }>("GET", peopleUrls.invitations)).invitations,
  });
  const again = () => client.invalidateQueries({ queryKey: KEY });
  const revoke = useMutation({
    mutationFn: (invitation: Invitation) => command("DELETE", peopleUrls.invitation(invitation.id)),
    onSuccess: () => announce(words.revoked),
    onSettled: again,
  });
  const columns: Column<Invitation>[] = [
    {
      head: words.invitedAs,
      render: (each) => (
        <>
          {ROLES.filter((role) => each.roles.includes(role)).map((role) => words.roleNames[role]).join(", ")}
          {each.email && <span className="block text-xs text-soft">{words.onlyFor(visible(each.email))}</span>}
        </>
      ),
    },
    { head: words.givenBy, render: (each) => <span className="text-soft">{words.givenAt(visible(each.given_by.name), shortTime(each.created_at))}</span> },
    {
      head: words.stateHead,
      render: (each) => <span className={each.state === "open" ? "" : "text-soft"}>{each.used_by ? words.usedBy(visible(each.used_by.name)) : words.states[each.state](shortTime(each.expires_at))}</span>,
    },
    {
      head: words.actions,
      className: "sm:w-32",
      render: (each) =>
        each.state === "open" && (
          <Button look="danger" aria-disabled={revoke.isPending} onClick={() => !revoke.isPending && revoke.mutate(each)}>
            {words.revoke}
          </Button>
        ),
    },
  ];
  return (
    <section aria-label={words.invitations} className="mt-10 flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-lg font-semibold">{words.invitations}</h2>
        {!inviting && (
          <Button ref={opener} look="accent" onClick={() => setInviting(true)}>
            {words.invite}
          </Button>
        )}
      </div>
      {inviting && (
        <InviteForm
          owner={owner}
          onMade={again}
          onClose={() => {
            setInviting(false);
            requestAnimationFrame(() => opener.current?.focus());
          }}
        />
      )}
      {isPending && <Spinner className="mx-auto my-6 block text-soft" />}
      {!isPending && !data && <LoadFailed what={words.invitationsFailed} error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && !inviting && <p className="text-sm text-soft">{words.noInvitations}</p>}
      {data && data.length > 0 && <Table label={words.invitations} columns={columns} rows={data} keyOf={(each) => each.id} />}
      {revoke.error && (
        <p role="alert" className="text-sm text-danger">
          {sentence(revoke.error)}
        </p>
      )}
    </section>
  );
}
