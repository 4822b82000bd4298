import { Spinner } from "@/components/ui/Spinner";
import { t } from "@/lib/i18n";

/** A decision on its way: nothing is shown as decided before the server says so. */
export function Sending() {
  return (
    <p role="status" className="flex min-h-9 items-center gap-2.5 text-sm text-soft">
      <Spinner />
      {t.approvals.deciding}
    </p>
  );
}
