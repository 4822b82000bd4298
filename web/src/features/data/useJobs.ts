import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { announce } from "@/lib/announce";
import { command, request } from "@/lib/api/http";
import { dataKeys, type DataJob, dataUrls } from "@/lib/dataProtocol";

const LOOK_AGAIN = 2_000;

const moves = ({ state }: DataJob) => state === "queued" || state === "running";

/** What was asked for; as long as something is under way, how far it is. */
export function useJobs() {
  return useQuery({
    queryKey: dataKeys.jobs,
    queryFn: async () => (await request<{ jobs: DataJob[] }>("GET", dataUrls.jobs)).jobs,
    refetchInterval: ({ state }) => (state.data?.some(moves) ? LOOK_AGAIN : false),
  });
}

/** Does something about what is held, says so, and reads the list again. */
export function useDone<T>(work: (what: T) => Promise<unknown>, said: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: work,
    onSuccess: () => {
      if (said) announce(said);
    },
    onSettled: () => client.invalidateQueries({ queryKey: dataKeys.jobs }),
  });
}

export const askExport = (of: "me" | "organisation") => request<DataJob>("POST", dataUrls.exports, { of });

export const askDeletion = (body: { of: "me" | "member" | "organisation"; name: string; user_id?: string }) => request<DataJob>("POST", dataUrls.deletions, body);

export const drop = (job: DataJob) => command("DELETE", job.kind === "export" ? dataUrls.archive(job.id) : dataUrls.deletion(job.id));
