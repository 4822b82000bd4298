import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/ui/Button";
import { type Column, Table } from "@/components/ui/Table";
import { announce } from "@/lib/announce";
import { command, sentence } from "@/lib/api/http";
import { programs as words } from "@/lib/i18n/en/programs";
import { type ApiKey, KEYS, programUrls } from "@/lib/programs";
import { visible } from "@/lib/text";
import { shortTime } from "@/lib/times";

const SCOPES: Record<string, string> = words.scopeNames;

/** Keys, each revoked with one click. */
export function KeyTable({ title, intro, keys }: { title: string; intro?: string; keys: ApiKey[] }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (key: ApiKey) => command("DELETE", programUrls.key(key.id)),
    onSuccess: (_, key) => announce(words.revoked(visible(key.name))),
    onSettled: () => client.invalidateQueries({ queryKey: KEYS }),
  });
  const columns: Column<ApiKey>[] = [
    {
      head: words.name,
      render: (key) => (
        <>
          <span className="font-medium">{visible(key.name)}</span>
          <code className="block text-xs text-soft">{key.prefix}…</code>
          <span className="block text-xs text-soft">
            {key.kind === "tenant" ? words.madeBy(visible(key.made_by.name)) : words.ownedBy(visible(key.owner.name))}
          </span>
        </>
      ),
    },
    { head: words.scopes, render: (key) => <span className="text-soft">{key.scopes.map((scope) => SCOPES[scope] ?? scope).join(", ")}</span> },
    {
      head: words.until,
      render: (key) => (
        <span className={key.state === "live" ? "" : "text-soft"}>
          {words.states[key.state](shortTime(key.state === "revoked" && key.revoked_at ? key.revoked_at : key.expires_at))}
        </span>
      ),
    },
    { head: words.used, render: (key) => <span className="text-soft">{key.used_at ? shortTime(key.used_at) : words.never}</span> },
    {
      head: words.actions,
      className: "sm:w-28",
      render: (key) =>
        key.state === "live" && (
          <Button
            look="danger"
            aria-label={words.revokeOf(visible(key.name))}
            aria-disabled={revoke.isPending}
            onClick={() => !revoke.isPending && revoke.mutate(key)}
          >
            {words.revoke}
          </Button>
        ),
    },
  ];
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h2 className="text-lg font-semibold">{title}</h2>
      {intro && <p className="text-sm text-soft">{intro}</p>}
      {keys.length === 0 ? <p className="text-sm text-soft">{words.none}</p> : <Table label={title} columns={columns} rows={keys} keyOf={(key) => key.id} />}
      {revoke.error && (
        <p role="alert" className="text-sm text-danger">
          {sentence(revoke.error)}
        </p>
      )}
    </section>
  );
}
