import { type Column, Table } from "@/components/ui/Table";
import { admin } from "@/lib/i18n/admin";
import { shortTime } from "@/lib/times";
import type { Standing } from "@/lib/usageProtocol";
import { amountOf } from "./amounts";

const words = admin.usage;

/** What holds for somebody, and what is left of it. */
export function StandingTable({ label, standing, currency }: { label: string; standing: Standing[]; currency: string }) {
  const shown = (each: Standing, amount: number | null) => (amount === null ? "" : amountOf(each.kind, amount, currency));
  const columns: Column<Standing>[] = [
    { head: words.limit, render: (each) => <span className="font-medium">{words.kind(each.kind)}</span> },
    { head: words.whose, render: (each) => (each.of === "person" ? words.ofYou : words.ofTenant) },
    {
      head: words.amount,
      render: (each) => (
        <>
          {shown(each, each.amount)}
          <span className="block text-xs text-soft">{words.source(each.source)}</span>
        </>
      ),
    },
  ];
  if (standing.some((each) => each.until !== null)) {
    columns.push(
      { head: words.used, render: (each) => shown(each, each.used) },
      { head: words.leftOf, render: (each) => <span className={each.left === 0 ? "font-medium text-danger" : ""}>{shown(each, each.left)}</span> },
      { head: words.until, render: (each) => <span className="text-soft">{each.until ? shortTime(each.until) : ""}</span> },
    );
  }
  return <Table label={label} columns={columns} rows={standing} keyOf={(each) => `${each.kind}:${each.of}`} />;
}
