import { Button } from "@/components/ui/Button";
import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { picker } from "@/lib/i18n/en/picker";
import { useSignIn } from "@/lib/login";
import type { Server } from "@/lib/protocol";
import { needsSignIn } from "./attention";
import { useSwitch } from "./useSwitch";

function SignIn({ server }: { server: Server }) {
  const { mutate, isPending, data, error } = useSignIn(server.id, picker.leaving);
  return (
    <div className="flex flex-col items-end gap-1 max-sm:items-start">
      <Button look="accent" aria-label={picker.signInTo(server.name)} aria-disabled={isPending} onClick={() => !isPending && mutate()}>
        {picker.signIn}
      </Button>
      {(isPending || data) && (
        <p role="status" className="max-w-52 text-xs text-soft wrap-anywhere">
          {data ? picker.signingIn(data) : picker.leaving}
        </p>
      )}
      {error && (
        <p role="alert" className="max-w-52 text-xs text-danger wrap-anywhere">
          {picker.notOpened(sentence(error))}
        </p>
      )}
    </div>
  );
}

function wordsOf(server: Server): { label: string; word: string } {
  switch (server.state) {
    case "connected":
      return { label: picker.disconnectFrom(server.name), word: picker.disconnect };
    case "error":
      return { label: picker.retry(server.name), word: t.app.retry };
    default:
      return { label: picker.connectTo(server.name), word: picker.connect };
  }
}

/** The one thing that is to be done with a server as it stands. */
export function ServerAction({ server }: { server: Server }) {
  const { mutate, isPending } = useSwitch(server);
  if (needsSignIn(server)) return <SignIn server={server} />;
  const busy = isPending || server.state === "connecting";
  const { label, word } = wordsOf(server);
  return (
    <Button
      look={server.state === "connected" ? "quiet" : "plain"}
      aria-label={label}
      // Not `disabled`: that would take the focus away from whoever pressed it.
      aria-disabled={busy}
      onClick={() => {
        if (!busy) mutate();
      }}
    >
      {word}
    </Button>
  );
}
