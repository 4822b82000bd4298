import { useMutation, useQueryClient } from "@tanstack/react-query";
import { announce } from "@/lib/announce";
import { Refusal, sentence } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { picker } from "@/lib/i18n/en/picker";
import { notify } from "@/lib/notices";
import type { Server } from "@/lib/protocol";
import { putServer, putToolset } from "./cache";
import { connectServer } from "./connectServer";
import { disconnectServer } from "./disconnectServer";

/** Whatever is wrong with a server, this is what it is answered with. */
const UNUSABLE = 502;

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
      // A server that can't be used says so in its row.
      if (error instanceof Refusal && error.status === UNUSABLE) announce(sentence(error));
      else notify(sentence(error));
      await client.invalidateQueries({ queryKey: keys.servers });
    },
  });
}
