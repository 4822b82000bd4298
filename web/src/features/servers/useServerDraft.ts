import { useState } from "react";
import { keep, useKept } from "@/lib/storage";
import type { Draft } from "./draft";

/** A server being written: kept until it is saved or given up. `begun` says that it was there before this page was. */
export function useServerDraft(id: string, start: Draft) {
  const key = `server.${id}`;
  const [kept, setKept] = useKept<Draft>(key);
  const [begun, setBegun] = useState(kept !== null);
  return {
    draft: kept ?? start,
    begun: begun && kept !== null,
    change: (change: Partial<Draft>) => setKept({ ...(kept ?? start), ...change }),
    forget: () => {
      setBegun(false);
      keep(key, null);
    },
  };
}
