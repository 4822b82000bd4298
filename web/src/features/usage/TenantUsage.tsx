import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { type Column, Table } from "@/components/ui/Table";
import { admin } from "@/lib/i18n/admin";
import { visible } from "@/lib/text";
import type { TenantUsage as Report } from "@/lib/usageProtocol";
import { moneyOf } from "./amounts";
import { useTenantUsage } from "./useUsage";

const words = admin.usage;

/** What everybody used this month, by person and model. */
export function TenantUsage() {
  const { data, isPending, error, refetch } = useTenantUsage();
  if (isPending) return <Spinner className="mx-auto my-12 block text-soft" />;
  if (!data) return <LoadFailed what={words.loadFailed} error={error} onRetry={() => void refetch()} />;
  const columns: Column<Report["people"][number]>[] = [
    { head: words.person, render: (each) => <span className="font-medium">{visible(each.user.name)}</span> },
    { head: words.model, render: (each) => each.model },
    { head: words.tokens, render: (each) => `${each.input_tokens.toLocaleString()} / ${each.output_tokens.toLocaleString()}` },
    { head: words.calls, render: (each) => each.calls.toLocaleString() },
  ];
  if (data.priced) columns.push({ head: words.cost, render: (each) => moneyOf(each.cost, data.currency) });
  return (
    <section className="mt-10">
      <h2 className="mb-2 text-lg font-semibold">{words.people}</h2>
      {data.people.length > 0 ? (
        <Table label={words.people} columns={columns} rows={data.people} keyOf={(each) => `${each.user.id}:${each.model}`} />
      ) : (
        <p className="text-soft">{words.nobody}</p>
      )}
    </section>
  );
}
