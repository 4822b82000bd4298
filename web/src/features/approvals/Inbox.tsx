import { useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { sentence } from "@/lib/api/http";
import { isMoving } from "@/lib/conversation/calls";
import { HEADING_ID } from "@/lib/focus";
import { t } from "@/lib/i18n";
import type { Call } from "@/lib/protocol";
import { pages } from "@/lib/urls";
import { CallCard } from "./CallCard";
import { getApproval } from "./getApproval";
import { useApprovals } from "./getApprovals";

const LOOK_MS = 1000;

function From({ call }: { call: Call }) {
  return (
    <p className="flex flex-wrap items-center justify-between gap-x-4 px-1 pb-1.5 text-sm text-soft">
      <span className="min-w-0 truncate">{t.approvals.from(call.thread_title || t.threads.untitled)}</span>
      <Link href={pages.thread(call.thread_id)} className="inline-flex min-h-6 items-center font-medium text-accent underline underline-offset-2">
        {t.approvals.open}
      </Link>
    </p>
  );
}

/** A call that was decided on this page: it stays to be seen through. */
function Decided({ call }: { call: Call }) {
  const { data } = useQuery({
    queryKey: ["approval", call.id],
    queryFn: () => getApproval(call.id),
    initialData: call,
    refetchInterval: ({ state }) => (state.data && isMoving(state.data.state) ? LOOK_MS : false),
  });
  return <CallCard call={data} />;
}

function Empty() {
  return (
    <div className="flex flex-col items-center gap-2 py-16 text-center">
      <CircleCheck size={32} aria-hidden="true" className="text-ok" />
      <p className="font-medium">{t.approvals.nothing}</p>
      <p className="max-w-sm text-sm text-soft">{t.approvals.nothingHint}</p>
    </div>
  );
}

/** Every call that waits for this person, from all conversations. */
export function Inbox() {
  const { data, isPending, isError, error, refetch } = useApprovals();
  const [decided, setDecided] = useState<Call[]>([]);
  const waiting = (data ?? []).filter((call) => call.state === "proposed" && !decided.some((done) => done.id === call.id));
  return (
    <div className="mx-auto w-full max-w-3xl px-4 pt-4 pb-16">
      <h1 id={HEADING_ID} tabIndex={-1} className="text-2xl font-semibold outline-none">
        {t.approvals.pageTitle}
      </h1>
      <p className="mt-1 text-soft">{t.approvals.pageIntro}</p>
      <h2 className="sr-only">{t.app.waiting(waiting.length)}</h2>
      {isPending && <Spinner className="mx-auto my-12 block text-soft" />}
      {isError && !data && (
        <div role="alert" className="py-10 text-center">
          <p>{t.approvals.loadFailed}</p>
          <p className="text-sm text-soft">{sentence(error)}</p>
          <Button className="mt-3" onClick={() => void refetch()}>
            {t.app.retry}
          </Button>
        </div>
      )}
      <ul className="mt-6 flex flex-col gap-6">
        {waiting.map((call) => (
          <li key={call.id}>
            <From call={call} />
            <CallCard call={call} onSettled={(settled) => setDecided((now) => [...now.filter(({ id }) => id !== settled.id), settled])} />
          </li>
        ))}
        {decided.map((call) => (
          <li key={call.id}>
            <From call={call} />
            <Decided call={call} />
          </li>
        ))}
      </ul>
      {data && waiting.length === 0 && decided.length === 0 && <Empty />}
    </div>
  );
}
