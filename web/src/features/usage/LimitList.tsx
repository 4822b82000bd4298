import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { type Column, Table } from "@/components/ui/Table";
import { sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import { visible } from "@/lib/text";
import type { LimitBody, LimitSet } from "@/lib/usageProtocol";
import { amountOf } from "./amounts";
import { LimitForm } from "./LimitForm";
import { useLimitChange, useLimits, useTenantUsage } from "./useUsage";

const words = admin.usage;

function whomOf({ scope, role, user }: LimitSet): string {
  if (user) return visible(user.name);
  if (role) return words.withRole(role);
  return scope === "tenant" ? words.whole : words.everybody;
}

function without({ scope, role, user, kind }: LimitSet): LimitBody {
  return { scope, kind, amount: null, ...(role && { role }), ...(user && { user_id: user.id }) };
}

/** The limits that admins have set, and setting another one. */
export function LimitList() {
  const { data, isPending, error, refetch } = useLimits();
  const currency = useTenantUsage().data?.currency ?? "";
  const remove = useLimitChange(() => words.takenAway);
  if (isPending) return <Spinner className="mx-auto my-12 block text-soft" />;
  if (!data) return <LoadFailed what={words.loadFailed} error={error} onRetry={() => void refetch()} />;
  const columns: Column<LimitSet>[] = [
    { head: words.limit, render: (each) => <span className="font-medium">{words.kind(each.kind)}</span> },
    { head: words.forWhom, render: whomOf },
    { head: words.amount, render: (each) => amountOf(each.kind, each.amount, currency) },
    { head: words.changedBy, render: (each) => <span className="text-soft">{visible(each.changed_by.name)}</span> },
    {
      head: admin.people.actions,
      render: (each) => (
        <Button aria-label={words.takeAwayOf(words.kind(each.kind), whomOf(each))} aria-disabled={remove.isPending} onClick={() => !remove.isPending && remove.mutate(without(each))}>
          {words.takeAway}
        </Button>
      ),
    },
  ];
  return (
    <section className="mt-10">
      <h2 className="text-lg font-semibold">{words.limits}</h2>
      <p className="mt-1 mb-2 text-soft">{words.limitsIntro}</p>
      {data.limits.length > 0 ? (
        <Table label={words.limits} columns={columns} rows={data.limits} keyOf={(each) => `${each.kind}:${whomOf(each)}:${each.scope}`} />
      ) : (
        <p className="text-soft">{words.noLimits}</p>
      )}
      {remove.error && (
        <p role="alert" className="mt-3 text-sm text-danger">
          {sentence(remove.error)}
        </p>
      )}
      <LimitForm limits={data} currency={currency} />
    </section>
  );
}
