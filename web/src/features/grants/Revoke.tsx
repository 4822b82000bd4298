import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/Button";
import { announce } from "@/lib/announce";
import { sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { HEADING_ID } from "@/lib/focus";
import { admin } from "@/lib/i18n/admin";
import type { Grant } from "@/lib/policyProtocol";
import { revokeGrant } from "./revokeGrant";

const words = admin.grants;

/** Takes a permission back; says in place what that means before it does. */
export function Revoke({ grant, tool }: { grant: Grant; tool: string }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const confirm = useRef<HTMLButtonElement>(null);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => revokeGrant(grant.id),
    onSuccess: () => {
      announce(words.revoked(tool));
      document.getElementById(HEADING_ID)?.focus();
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.grants }),
  });
  useEffect(() => {
    if (asking) confirm.current?.focus();
  }, [asking]);
  if (!asking) {
    return (
      <Button ref={opener} look="danger" aria-label={words.revokeOf(tool)} onClick={() => setAsking(true)}>
        {words.revoke}
      </Button>
    );
  }
  const leave = () => {
    setAsking(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  return (
    <div
      role="group"
      aria-label={words.revokeOf(tool)}
      className="flex flex-wrap items-center gap-2"
      onKeyDown={(event) => {
        if (event.key === "Escape") leave();
      }}
    >
      <span className="text-sm">{words.revokeAsk}</span>
      <Button ref={confirm} look="danger" aria-disabled={isPending} onClick={() => !isPending && mutate()}>
        {words.revokeNow}
      </Button>
      <Button onClick={leave}>{words.keep}</Button>
      {error && (
        <p role="alert" className="w-full text-sm text-danger">
          {sentence(error)}
        </p>
      )}
    </div>
  );
}
