import { type Ref, useEffect } from "react";
import { Link } from "wouter";
import { Spinner } from "@/components/ui/Spinner";
import { useMe } from "@/lib/api/getMe";
import { t } from "@/lib/i18n";
import { inbox } from "@/lib/i18n/en/inbox";
import type { Call } from "@/lib/protocol";
import { pages } from "@/lib/urls";
import { CallCard } from "./CallCard";
import { useApproval } from "./getApproval";
import { settle } from "./guard";

interface InboxDetailProps {
  id: string;
  /** As the list has it. */
  known: Call | undefined;
  region: Ref<HTMLElement>;
  onSettled: (call: Call) => void;
}

function From({ call }: { call: Call }) {
  const me = useMe().data?.user.id ?? null;
  const own = call.requester.id === me;
  return (
    <p className="flex flex-wrap items-center justify-between gap-x-4 px-1 pb-1.5 text-sm text-soft">
      <span className="min-w-0 truncate">{own ? inbox.from(call.thread_title || t.threads.untitled) : inbox.of(call.requester.name)}</span>
      {own && (
        <Link href={pages.thread(call.thread_id)} className="inline-flex min-h-6 items-center font-medium text-accent underline underline-offset-2">
          {inbox.open}
        </Link>
      )}
    </p>
  );
}

/** The chosen call, whole, with everything that can be done about it. It stays when it was decided, to be seen through. */
export function InboxDetail({ id, known, region, onSettled }: InboxDetailProps) {
  const { data: call, isError } = useApproval(id, known);
  useEffect(settle, [id]);
  return (
    <section ref={region} tabIndex={-1} aria-label={inbox.detail} className="min-w-0 outline-none">
      {call && <From call={call} />}
      {call && <CallCard key={id} call={call} onSettled={onSettled} />}
      {!call && isError && <p className="py-8 text-center text-soft">{inbox.gone}</p>}
      {!call && !isError && <Spinner className="mx-auto my-12 block text-soft" />}
    </section>
  );
}
