import { useState } from "react";
import { keep, useKept } from "./storage";

/** Something being written: kept under its key until it is saved or given up. `begun` says that it was there before this page was. */
export function useDraft<T>(key: string, start: T) {
  const [kept, setKept] = useKept<T>(key);
  const [begun, setBegun] = useState(kept !== null);
  return {
    draft: kept ?? start,
    begun: begun && kept !== null,
    change: (change: Partial<T>) => setKept({ ...(kept ?? start), ...change }),
    forget: () => {
      setBegun(false);
      keep(key, null);
    },
  };
}
