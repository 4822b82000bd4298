import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { serverUrls } from "@/lib/serverUrls";

interface Switched {
  off: string[];
}

/** Which tools are switched off in a conversation, by the names that models use. */
export function useThreadTools(threadId: string) {
  return useQuery({ queryKey: keys.threadTools(threadId), queryFn: () => request<Switched>("GET", serverUrls.threadTools(threadId)) });
}

/** Switches tools; the list is shown as it is to become, and as it was if the server refuses. */
export function useToolSwitch(threadId: string) {
  const client = useQueryClient();
  const key = keys.threadTools(threadId);
  return useMutation({
    mutationFn: (off: string[]) => request<Switched>("PUT", serverUrls.threadTools(threadId), { off }),
    scope: { id: `thread-tools ${threadId}` },
    onMutate: async (off) => {
      await client.cancelQueries({ queryKey: key });
      client.setQueryData<Switched>(key, (known) => known && { ...known, off });
    },
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
}
