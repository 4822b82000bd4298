import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { announce } from "@/lib/announce";
import { command, request, sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { admin } from "@/lib/i18n/admin";
import type { Session } from "@/lib/policyProtocol";
import { shortTime } from "@/lib/times";
import { urls } from "@/lib/urls";
import { browserOf } from "./browser";

const words = admin.people;

function nameOf({ agent }: Session): string {
  const { browser, system } = browserOf(agent);
  return browser || system ? words.browserOn(browser ?? words.unknownBrowser, system ?? words.unknownSystem) : words.unknownBrowser;
}

/** The browsers that have this account open, to be signed out one by one or all but this. */
export function Sessions() {
  const client = useQueryClient();
  const { data, isPending, error, refetch } = useQuery({
    queryKey: keys.sessions,
    queryFn: async () => (await request<{ sessions: Session[] }>("GET", urls.sessions)).sessions,
  });
  const end = useMutation({
    mutationFn: (session: Session | null) => command("DELETE", session ? urls.session(session.id) : urls.sessions),
    onSuccess: (_, session) => announce(session ? words.ended(nameOf(session)) : words.endedOthers),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions }),
  });
  if (isPending) return <Spinner className="mx-auto my-12 block text-soft" />;
  if (!data) {
    return <LoadFailed what={words.sessionsFailed} error={error} onRetry={() => void refetch()} />;
  }
  return (
    <>
      <ul aria-label={words.sessions} className="flex flex-col divide-y divide-line border-y border-line">
        {data.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
            <div className="min-w-0 flex-1 basis-64">
              <p className="font-medium">
                {nameOf(session)}
                {session.current && <span className="font-normal text-soft"> ({words.thisOne})</span>}
              </p>
              <p className="text-sm text-soft">{words.since(shortTime(session.created_at), shortTime(session.seen_at), shortTime(session.expires_at))}</p>
            </div>
            {!session.current && (
              <Button look="danger" aria-label={words.endOf(nameOf(session))} aria-disabled={end.isPending} onClick={() => !end.isPending && end.mutate(session)}>
                {words.end}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {end.error && (
        <p role="alert" className="mt-3 text-sm text-danger">
          {sentence(end.error)}
        </p>
      )}
      {data.length > 1 && (
        <Button className="mt-4" aria-disabled={end.isPending} onClick={() => !end.isPending && end.mutate(null)}>
          {words.endOthers}
        </Button>
      )}
    </>
  );
}
