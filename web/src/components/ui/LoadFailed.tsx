import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { Button } from "./Button";

/** In the place of what could not be loaded: what that is, why, and a way to try again. */
export function LoadFailed({ what, error, onRetry }: { what: string; error: unknown; onRetry: () => void }) {
  return (
    <div role="alert" className="py-10 text-center">
      <p>{what}</p>
      <p className="text-sm text-soft">{sentence(error)}</p>
      <Button className="mt-3" onClick={onRetry}>
        {t.app.retry}
      </Button>
    </div>
  );
}
