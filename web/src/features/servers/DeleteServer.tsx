import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { command, sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { t } from "@/lib/i18n";
import { admin } from "@/lib/i18n/admin";
import type { Server } from "@/lib/protocol";
import { urls } from "@/lib/urls";
import { dropServer } from "./cache";

const words = admin.servers;

/** Asks whether this server is to go, by its name. Its page leaves by itself once it has gone from the list. */
export function DeleteServer({ server, onClose }: { server: Server; onClose: () => void }) {
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => command("DELETE", urls.server(server.id)),
    onSuccess: async () => {
      dropServer(client, server.id);
      await client.invalidateQueries({ queryKey: keys.toolset });
    },
  });
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
        <Button look="danger" aria-disabled={isPending} onClick={() => !isPending && mutate()}>
          {words.remove}
        </Button>
      </div>
    </Dialog>
  );
}
