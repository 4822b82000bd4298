import { CircleAlert, RotateCw } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { sentence } from "@/lib/api/http";
import type { Run } from "@/lib/conversation/state";
import { t } from "@/lib/i18n";
import { notify } from "@/lib/notices";
import { retryRun } from "./retryRun";

export function Thinking() {
  return (
    <div className="flex h-8 items-center gap-1.5">
      <span className="sr-only">{t.chat.thinking}</span>
      {["", "[animation-delay:150ms]", "[animation-delay:300ms]"].map((delay) => (
        <span key={delay} aria-hidden="true" className={`size-2 animate-pulse rounded-full bg-soft ${delay}`} />
      ))}
    </div>
  );
}

export function Retrying({ retry }: { retry: NonNullable<Run["retry"]> }) {
  return (
    <p className="flex items-center gap-2.5 text-sm text-warn">
      <Spinner />
      {t.chat.modelRetry(retry.code, retry.attempt, retry.of)}
    </p>
  );
}

export function RunError({ threadId, run, error }: { threadId: string; run: Run; error: NonNullable<Run["error"]> }) {
  const [retrying, setRetrying] = useState(false);
  const retry = () => {
    setRetrying(true);
    retryRun(threadId, run.id)
      .catch((failure: unknown) => notify(sentence(failure)))
      .finally(() => setRetrying(false));
  };
  return (
    <div role="group" aria-label={t.chat.runError(error.code)} className="flex flex-wrap items-start gap-3 rounded-2xl border border-danger/40 bg-danger-wash px-4 py-3 text-sm">
      <CircleAlert size={18} aria-hidden="true" className="mt-0.5 shrink-0 text-danger" />
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-semibold text-danger">{t.chat.runError(error.code)}</p>
        <p className="wrap-break-word">{error.message}</p>
        {error.code && <p className="mt-0.5 text-xs text-soft">{t.chat.errorCode(error.code)}</p>}
      </div>
      <Button onClick={retry} disabled={retrying}>
        {retrying ? <Spinner /> : <RotateCw size={15} aria-hidden="true" />}
        {t.chat.retry}
      </Button>
    </div>
  );
}
