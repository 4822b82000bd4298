import { useEffect, useRef, useState } from "react";
import type { Option } from "@/components/forms/ChoiceField";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { Tabs } from "@/components/ui/Tabs";
import { useMedia } from "@/components/ui/useMedia";
import { sentence } from "@/lib/api/http";
import { HEADING_ID, WAITING } from "@/lib/focus";
import { t } from "@/lib/i18n";
import { inbox } from "@/lib/i18n/en/inbox";
import type { Call, Scope } from "@/lib/protocol";
import { pages } from "@/lib/urls";
import { MOST, useApprovals } from "./getApprovals";
import { InboxDetail } from "./InboxDetail";
import { InboxEmpty } from "./InboxEmpty";
import { InboxFilters, isFiltered, NO_FILTERS } from "./InboxFilters";
import { InboxList, useGroups } from "./InboxList";
import { useInboxKeys } from "./useInboxKeys";
import { useView } from "./useView";

const NONE: Call[] = [];
const SCOPES: Scope[] = ["mine", "tenant", "unattended"];

interface InboxProps {
  /** May see what waits in the whole organisation. */
  mayAll: boolean;
  servers: Option[];
}

/** Every call that waits: the list, and the chosen one whole beside it, or below its line where there is no room. */
export function Inbox({ mayAll, servers }: InboxProps) {
  const [view, change, address] = useView(mayAll);
  const { scope, server, risk, age } = view;
  const { data, isPending, isError, error, refetch } = useApprovals({ scope, server, risk, age });
  const wide = useMedia("(min-width: 1100px)");
  const page = useRef<HTMLDivElement>(null);
  const region = useRef<HTMLElement>(null);
  const [entering, setEntering] = useState<string | null>(null);
  const groups = useGroups(scope, data?.calls ?? NONE);
  const calls = groups.flatMap((group) => group.calls);
  const first = calls[0]?.id ?? null;
  const chosen = view.call ?? first;
  const known = calls.find((call) => call.id === chosen);
  useInboxKeys({ rows: calls.map((call) => call.id), chosen, choose: (id) => change({ call: id }), page });

  // What is open stays open while the list around it changes.
  useEffect(() => {
    if (view.call === null && first !== null) change({ call: first });
  }, [view.call, first, change]);
  useEffect(() => {
    if (entering === null || entering !== chosen) return;
    setEntering(null);
    (region.current?.querySelector<HTMLElement>(`[${WAITING}]`) ?? region.current)?.focus();
  }, [entering, chosen]);

  const settled = (call: Call) => {
    const at = calls.findIndex(({ id }) => id === call.id);
    const next = calls[at + 1] ?? calls.find(({ id }) => id !== call.id);
    if (next) {
      change({ call: next.id });
      setEntering(next.id);
    }
  };
  const detail = chosen !== null && <InboxDetail id={chosen} known={known} region={region} onSettled={settled} />;
  const elsewhere = chosen !== null && !known;
  return (
    <div ref={page} className="mx-auto flex w-full max-w-6xl flex-col gap-4 px-4 pt-4 pb-16">
      <div>
        <h1 id={HEADING_ID} tabIndex={-1} className="text-2xl font-semibold outline-none">
          {inbox.title}
        </h1>
        <p className="mt-1 text-soft">{inbox.intro[scope]}</p>
      </div>
      {mayAll && (
        <Tabs
          label={inbox.views}
          tabs={SCOPES.map((name) => ({
            name: data ? inbox.tab(inbox.tabs[name], data.counts[name]) : inbox.tabs[name],
            href: `${pages.approvals}${address({ scope: name, ...NO_FILTERS, call: null })}`,
            current: name === scope,
          }))}
        />
      )}
      {(calls.length > 0 || isFiltered(view)) && <InboxFilters view={view} servers={servers} onChange={change} />}
      {isPending && <Spinner className="mx-auto my-12 block text-soft" />}
      {isError && (
        <div role="alert" className={data ? "text-sm text-warn" : "py-10 text-center"}>
          <p>{data ? inbox.staleList : inbox.loadFailed}</p>
          <p className="text-sm text-soft">{sentence(error)}</p>
          <Button className="mt-3" onClick={() => void refetch()}>
            {t.app.retry}
          </Button>
        </div>
      )}
      {data && calls.length === 0 && !elsewhere && (
        <InboxEmpty
          scope={scope}
          filtered={isFiltered(view)}
          onClear={() => change({ ...NO_FILTERS, call: null })}
          team={mayAll && scope === "mine" ? { href: `${pages.approvals}?view=tenant`, count: data.counts.tenant } : null}
        />
      )}
      {(calls.length > 0 || elsewhere) && (
        <div className="grid items-start gap-6 min-[1100px]:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]">
          <div className="flex min-w-0 flex-col gap-3">
            <p className="sr-only">{inbox.keys}</p>
            <InboxList
              groups={groups}
              chosen={chosen}
              href={(call) => `${pages.approvals}${address({ call: call.id })}`}
              onChoose={(call) => setEntering(call.id)}
              below={wide ? null : detail}
            />
            {calls.length >= MOST && <p className="text-sm text-soft">{inbox.moreThanShown(MOST)}</p>}
            {!wide && elsewhere && detail}
          </div>
          {wide && <div className="sticky top-4 min-w-0">{detail}</div>}
        </div>
      )}
    </div>
  );
}
