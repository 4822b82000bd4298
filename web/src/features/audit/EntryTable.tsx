import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { Table } from "@/components/ui/Table";
import { admin } from "@/lib/i18n/admin";
import type { Entry } from "@/lib/policyProtocol";
import { shortTime } from "@/lib/times";
import { EntryDetails, type RenderData } from "./EntryDetails";

const words = admin.audit;

interface EntryTableProps {
  entries: Entry[];
  renderData: RenderData;
}

/** Entries, each of which opens in its place. */
export function EntryTable({ entries, renderData }: EntryTableProps) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const toggle = (seq: number) =>
    setOpen((now) => {
      const next = new Set(now);
      if (!next.delete(seq)) next.add(seq);
      return next;
    });
  return (
    <Table<Entry>
      label={words.table}
      keyOf={(entry) => String(entry.seq)}
      rows={entries}
      columns={[
        {
          head: words.seq,
          className: "sm:w-24",
          render: (entry) => (
            <button
              type="button"
              aria-expanded={open.has(entry.seq)}
              aria-label={words.open(entry.seq)}
              className="group -ms-1 inline-flex min-h-6 items-center gap-1 rounded-lg px-1 tabular-nums hover:bg-sunk pointer-coarse:min-h-11"
              onClick={() => toggle(entry.seq)}
            >
              <ChevronRight size={15} aria-hidden="true" className="text-soft group-aria-expanded:rotate-90" />
              {entry.seq}
            </button>
          ),
        },
        {
          head: words.at,
          className: "sm:whitespace-nowrap",
          render: (entry) => (
            <time dateTime={entry.at} title={entry.at}>
              {shortTime(entry.at)}
            </time>
          ),
        },
        { head: words.who, render: (entry) => entry.actor?.name ?? <span className="text-soft">{words.platform}</span> },
        { head: words.action, render: (entry) => <code className="font-mono text-[0.8125rem]">{entry.action}</code> },
        { head: words.target, render: (entry) => <code className="font-mono text-xs text-soft">{entry.target}</code> },
      ]}
      renderBelow={(entry) => (open.has(entry.seq) ? <EntryDetails entry={entry} renderData={renderData} /> : null)}
    />
  );
}
