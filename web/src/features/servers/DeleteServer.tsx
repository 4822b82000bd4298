import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { command, sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { admin } from "@/lib/i18n/admin";
import type { Server } from "@/lib/protocol";
import { urls } from "@/lib/urls";
import { useServerChange } from "./useServerChange";

const words = admin.servers;

interface DeleteServerProps {
  server: Server;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks whether this server is to go, by its name. */
export function DeleteServer({ server, onClose, onDeleted }: DeleteServerProps) {
  const { mutate, isPending, error } = useServerChange(
    () => command("DELETE", urls.server(server.id)),
    () => words.removed(server.name),
  );
  const title = words.removeTitle(server.name);
  return (
    <Dialog open onClose={onClose} label={title}>
      <h2 className="text-lg font-semibold wrap-anywhere">{title}</h2>
      <p className="mt-2 text-soft">{words.removeText}</p>
      {error && (
        <p role="alert" className="mt-2 text-danger">
          {sentence(error)}
        </p>
      )}
      <div className="mt-6 flex justify-end gap-3">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button look="danger" aria-disabled={isPending} onClick={() => !isPending && mutate(undefined, { onSuccess: onDeleted })}>
          {words.remove}
        </Button>
      </div>
    </Dialog>
  );
}
