import { useMutation, useQueryClient } from "@tanstack/react-query";
import { announce } from "@/lib/announce";
import { sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { notify } from "@/lib/notices";

/** Sends a change of the policy, says that it was made, and reads the policy again. */
export function useRuleChange<Input, Output>(change: (input: Input) => Promise<Output>, said: (input: Input) => string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (_, input) => announce(said(input)),
    onError: (error) => notify(sentence(error)),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: keys.policies });
      await client.invalidateQueries({ queryKey: keys.toolset });
    },
  });
}
