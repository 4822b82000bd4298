import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { sentence } from "@/lib/api/http";
import { type DataJob, dataUrls } from "@/lib/dataProtocol";
import { admin } from "@/lib/i18n/admin";
import { shortTime } from "@/lib/times";
import { drop, useDone, useJobs } from "./useJobs";

const words = admin.data;

const nameOf = (job: DataJob) => words.kinds[job.kind](job.of);

function line(job: DataJob): string {
  const parts = [words.begun(shortTime(job.created_at)), words.states[job.state]];
  if (job.state === "running" && job.total > 0) parts.push(words.progress(job.done, job.total));
  if (job.state === "waiting" && job.due_at) parts.push(words.due(shortTime(job.due_at)));
  if (job.state === "done" && job.expires_at) parts.push(words.until(shortTime(job.expires_at)));
  return parts.join(" · ");
}

/** What was asked for and how it stands; archives to fetch, deletions to call off. */
export function Jobs() {
  const { data, isPending, error, refetch } = useJobs();
  const dropping = useDone(drop, words.dropped);
  const calling = useDone(drop, words.calledOff);
  if (isPending) return <Spinner className="mx-auto my-8 block text-soft" />;
  if (!data) return <LoadFailed what={words.failed} error={error} onRetry={() => void refetch()} />;
  const failure = dropping.error ?? calling.error;
  const shown = data.filter((job) => job.state !== "cancelled");
  if (shown.length === 0) return <p className="text-sm text-soft">{words.none}</p>;
  return (
    <>
      <ul aria-label={words.jobs} className="flex flex-col divide-y divide-line border-y border-line">
        {shown.map((job) => (
          <li key={job.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
            <div className="min-w-0 flex-1 basis-64">
              <p className="font-medium">{nameOf(job)}</p>
              <p className="text-sm text-soft">{line(job)}</p>
            </div>
            {job.kind === "export" && job.state === "done" && (
              <div className="flex gap-2">
                <a
                  href={dataUrls.archive(job.id)}
                  download
                  aria-label={words.fetchOf(nameOf(job), shortTime(job.created_at))}
                  className="inline-flex min-h-9 items-center rounded-xl border border-edge/70 bg-raised px-3.5 text-sm font-medium hover:bg-sunk pointer-coarse:min-h-11"
                >
                  {words.fetch}
                </a>
                <Button look="danger" aria-label={words.dropOf(nameOf(job), shortTime(job.created_at))} aria-disabled={dropping.isPending} onClick={() => !dropping.isPending && dropping.mutate(job)}>
                  {words.drop}
                </Button>
              </div>
            )}
            {job.kind === "erasure" && job.state === "waiting" && (
              <Button aria-disabled={calling.isPending} onClick={() => !calling.isPending && calling.mutate(job)}>
                {words.callOff}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {failure && (
        <p role="alert" className="mt-3 text-sm text-danger">
          {sentence(failure)}
        </p>
      )}
    </>
  );
}
