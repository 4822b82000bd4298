import { useMutation, useQueryClient } from "@tanstack/react-query";
import { announce } from "@/lib/announce";
import { keys } from "@/lib/api/keys";

/** Sends a change of servers, reads again what may be other now, and says that it was made. */
export function useServerChange<Input, Output>(change: (input: Input) => Promise<Output>, said: (output: Output, input: Input) => string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (output, input) => announce(said(output, input)),
    onSettled: async () => {
      const stale = [keys.servers, keys.serverPages, keys.toolset, keys.policies];
      await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
}
