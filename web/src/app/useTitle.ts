import { useEffect } from "react";
import { t } from "@/lib/i18n";
import { useWaitingCount } from "./waitingCount";

export function useTitle(page: string): void {
  const count = useWaitingCount((state) => state.count);
  useEffect(() => {
    document.title = t.app.title(count, page);
  }, [count, page]);
}
