import { Link } from "wouter";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { type Column, Table } from "@/components/ui/Table";
import { admin } from "@/lib/i18n/admin";
import { visible } from "@/lib/text";
import { shortTime } from "@/lib/times";
import { pages } from "@/lib/urls";
import type { UsedRun } from "@/lib/usageProtocol";
import { moneyOf } from "./amounts";
import { StandingTable } from "./StandingTable";
import { useOwnUsage } from "./useUsage";

const words = admin.usage;

/** What the reader may still use, and what their latest runs took. */
export function OwnUsage() {
  const { data, isPending, error, refetch } = useOwnUsage();
  if (isPending) return <Spinner className="mx-auto my-12 block text-soft" />;
  if (!data) return <LoadFailed what={words.loadFailed} error={error} onRetry={() => void refetch()} />;
  const budgets = data.limits.filter((each) => each.until !== null);
  const rates = data.limits.filter((each) => each.until === null);
  const columns: Column<UsedRun>[] = [
    {
      head: words.chat,
      render: (run) => (
        <Link href={pages.thread(run.thread_id)} className="underline">
          {visible(run.title)}
        </Link>
      ),
    },
    { head: words.when, render: (run) => <span className="text-soft">{run.at ? shortTime(run.at) : ""}</span> },
    { head: words.tokens, render: (run) => `${run.input_tokens.toLocaleString()} / ${run.output_tokens.toLocaleString()}` },
  ];
  if (data.priced) columns.push({ head: words.cost, render: (run) => moneyOf(run.cost, data.currency) });
  return (
    <>
      <h2 className="mt-2 mb-2 text-lg font-semibold">{words.left}</h2>
      {budgets.length > 0 ? <StandingTable label={words.left} standing={budgets} currency={data.currency} /> : <p className="text-soft">{words.noBudgets}</p>}
      <h2 className="mt-8 mb-2 text-lg font-semibold">{words.runs}</h2>
      {data.runs.length > 0 ? <Table label={words.runs} columns={columns} rows={data.runs} keyOf={(run) => run.id} /> : <p className="text-soft">{words.noRuns}</p>}
      {!data.priced && <p className="mt-2 text-sm text-soft">{words.notPriced(data.model)}</p>}
      <h2 className="mt-8 mb-2 text-lg font-semibold">{words.rates}</h2>
      <StandingTable label={words.rates} standing={rates} currency={data.currency} />
      <Button className="mt-4" onClick={() => void refetch()}>
        {words.again}
      </Button>
    </>
  );
}
