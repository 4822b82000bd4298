import type { ReactNode } from "react";
import { admin } from "@/lib/i18n/admin";
import type { JsonObject } from "@/lib/protocol";
import type { Entry } from "@/lib/policyProtocol";

const words = admin.audit;

/** Draws named values as people read them; the app knows how. */
export type RenderData = (data: JsonObject) => ReactNode;

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-soft">{name}</dt>
      <dd className="min-w-0 font-mono text-[0.8125rem] wrap-anywhere">{children}</dd>
    </div>
  );
}

/** Everything that an entry holds. */
export function EntryDetails({ entry, renderData }: { entry: Entry; renderData: RenderData }) {
  return (
    <section aria-label={words.details(entry.seq)} className="rounded-2xl bg-sunk px-4 py-3 text-sm">
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-4 gap-y-1 max-sm:grid-cols-1">
        <Row name={words.exact}>{entry.at}</Row>
        <Row name={words.target}>{entry.target}</Row>
        {entry.actor && <Row name={words.who}>{`${entry.actor.name} (${entry.actor.id})`}</Row>}
        <Row name={words.hash}>{entry.hash}</Row>
      </dl>
      <h3 className="mt-3 mb-1 text-xs font-medium text-soft">{words.data}</h3>
      {Object.keys(entry.data).length > 0 ? renderData(entry.data) : <p className="text-soft">{words.noData}</p>}
    </section>
  );
}
