import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { command } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
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
  return (
    <ConfirmDialog
      title={words.removeTitle(server.name)}
      text={words.removeText}
      action={words.remove}
      busy={isPending}
      error={error}
      onConfirm={mutate}
      onClose={onClose}
    />
  );
}
