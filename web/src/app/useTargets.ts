import { useMemo } from "react";
import { useServers } from "@/lib/api/getServers";
import { useToolset } from "@/lib/api/getToolset";
import { useThreads } from "@/features/threads/listThreads";
import { t } from "@/lib/i18n";
import type { Targets } from "@/lib/targets";

/** What rules and permissions can be about, from the lists of the other features. */
export function useTargets(): Targets {
  const servers = useServers().data;
  const toolset = useToolset().data;
  const threads = useThreads("").data;
  return useMemo(
    () => ({
      servers: servers ?? [],
      threads: (threads ?? []).map(({ id, title }) => ({ id, title: title || t.threads.untitled })),
      toolset: toolset?.tools ?? [],
    }),
    [servers, toolset, threads],
  );
}
