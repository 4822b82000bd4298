import { useMutation, useQueryClient } from "@tanstack/react-query";
import { announce } from "@/lib/announce";
import { sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { picker } from "@/lib/i18n/en/picker";
import { notify } from "@/lib/notices";
import type { Server } from "@/lib/protocol";
import { putServer, putToolset } from "./cache";
import { connectServer } from "./connectServer";
import { disconnectServer } from "./disconnectServer";

const IN_THE_PICKER = new Set(["server_unreachable", "server_resting", "server_nonsense", "server_login_required", "address_refused"]);

/** Connects a server that is not connected, and disconnects one that is. */
export function useSwitch(server: Server) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => (server.state === "connected" ? disconnectServer(server.id) : connectServer(server.id)),
    onMutate: () => {
      if (server.state !== "connected") putServer(client, { ...server, state: "connecting", code: null, message: null });
    },
    onSuccess: (answer) => {
      putServer(client, answer.server);
      putToolset(client, answer.toolset);
      const { name, state, tools } = answer.server;
      announce(state === "connected" ? picker.nowConnected(name, tools) : picker.nowOff(name));
    },
    onError: async (error) => {
      putServer(client, server);
      const code = "code" in error ? String(error.code) : "";
      if (IN_THE_PICKER.has(code)) announce(sentence(error));
      else notify(sentence(error));
      await client.invalidateQueries({ queryKey: keys.servers });
    },
  });
}
