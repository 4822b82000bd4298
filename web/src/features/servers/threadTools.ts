import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { serverUrls } from "@/lib/serverUrls";

export interface Switched {
  off: string[];
  /** Shown to the model however many tools there are. */
  kept: string[];
  /** How many the model is shown at once; of more, a choice for each turn. */
  most: number;
}

/** Which tools are switched off in a conversation, and which are always shown, by the names that models use. */
export function useThreadTools(threadId: string) {
  return useQuery({ queryKey: keys.threadTools(threadId), queryFn: () => request<Switched>("GET", serverUrls.threadTools(threadId)) });
}

/** Switches tools; the list is shown as it is to become, and as it was if the server refuses. */
export function useToolSwitch(threadId: string) {
  const client = useQueryClient();
  const key = keys.threadTools(threadId);
  return useMutation({
    mutationFn: ({ off, kept }: Switched) => request<Switched>("PUT", serverUrls.threadTools(threadId), { off, kept }),
    scope: { id: `thread-tools ${threadId}` },
    onMutate: async (switched) => {
      await client.cancelQueries({ queryKey: key });
      client.setQueryData<Switched>(key, switched);
    },
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
}

const without = (names: string[], name: string) => names.filter((each) => each !== name);

export function switched(now: Switched, name: string, on: boolean): Switched {
  return on ? { ...now, off: without(now.off, name) } : { ...now, off: [...now.off, name], kept: without(now.kept, name) };
}

export function pinned(now: Switched, name: string, always: boolean): Switched {
  return always ? { ...now, off: without(now.off, name), kept: [...now.kept, name] } : { ...now, kept: without(now.kept, name) };
}
