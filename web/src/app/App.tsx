import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect } from "react";
import { Announcer } from "@/components/ui/Announcer";
import { Button } from "@/components/ui/Button";
import { Notices } from "@/components/ui/Notices";
import { Spinner } from "@/components/ui/Spinner";
import { SignInAgain } from "@/features/session/SignInAgain";
import { useMe } from "@/lib/api/getMe";
import { Refusal } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { useConnection } from "@/lib/live/connection";
import { BrokenBoundary } from "./BrokenBoundary";
import { Shell } from "./Shell";

const TRIES = 2;

/** Asking again helps only where the server could not be reached or failed. */
function again(failures: number, error: Error): boolean {
  return failures < TRIES && (!(error instanceof Refusal) || error.status === 0 || error.status >= 500);
}

const client = new QueryClient({
  defaultOptions: { queries: { retry: again, staleTime: 30_000, refetchOnWindowFocus: true }, mutations: { retry: false } },
});

function Start() {
  const { data, error, refetch } = useMe();
  const signedOut = useConnection((state) => state.phase === "signed_out");
  const failed = error !== null && !data && !signedOut;
  useEffect(() => {
    if (failed) document.title = t.app.failedTitle;
  }, [failed]);
  if (data) return <Shell me={data} />;
  return (
    <main className="flex h-dvh flex-col items-center justify-center gap-3 px-6 text-center">
      {failed ? (
        <>
          <h1 className="text-xl font-semibold">{t.app.failedTitle}</h1>
          <p className="text-soft">{error.message}</p>
          {error instanceof Refusal && error.requestId && <p className="text-xs text-soft">{t.app.request(error.requestId)}</p>}
          <Button look="primary" onClick={() => void refetch()}>
            {t.app.retry}
          </Button>
        </>
      ) : (
        <>
          <h1 className="sr-only">{t.app.name}</h1>
          {!signedOut && <Spinner className="size-6! text-soft [animation-delay:0s]" />}
        </>
      )}
    </main>
  );
}

export function App() {
  return (
    <BrokenBoundary>
      <QueryClientProvider client={client}>
        <Start />
        <SignInAgain />
        <Announcer />
        <Notices />
      </QueryClientProvider>
    </BrokenBoundary>
  );
}
