import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { dropServer, putServer, putToolset } from "@/features/servers/cache";
import { dropThread, putThread } from "@/features/threads/cache";
import { announce } from "@/lib/announce";
import { keys } from "@/lib/api/keys";
import { deliverAll } from "@/lib/live/outbox";
import { t } from "@/lib/i18n";
import { keepConnected, socket } from "@/lib/live/socket";
import { tell } from "@/lib/live/told";
import { onLogin } from "@/lib/login";
import type { ServerToClient } from "@/lib/socketProtocol";
import { useWaitingCount } from "./waitingCount";

/** Connects this page to the server's news: lists, connections and what waits. */
export function useLiveNews(onThreadDeleted: (id: string) => void): void {
  const client = useQueryClient();
  useEffect(() => {
    let first = true;
    const connected = () => {
      void deliverAll();
      if (!first) void client.invalidateQueries();
      first = false;
    };
    const thread: ServerToClient["thread"] = (news) => putThread(client, news);
    const deleted: ServerToClient["thread.deleted"] = ({ id }) => {
      dropThread(client, id);
      onThreadDeleted(id);
    };
    const approval: ServerToClient["approval"] = ({ waiting }) => {
      useWaitingCount.setState({ count: waiting });
      void client.invalidateQueries({ queryKey: keys.approvals });
    };
    const toolset: ServerToClient["toolset"] = (news) => putToolset(client, news);
    const server: ServerToClient["server"] = (news) => putServer(client, news);
    const serverDeleted: ServerToClient["server.deleted"] = ({ id }) => dropServer(client, id);
    const me: ServerToClient["me"] = () => void client.invalidateQueries();
    const grant: ServerToClient["grant"] = () => void client.invalidateQueries({ queryKey: keys.grants });
    socket.on("connect", connected);
    socket.on("progress", tell);
    socket.on("thread", thread);
    socket.on("thread.deleted", deleted);
    socket.on("approval", approval);
    socket.on("toolset", toolset);
    socket.on("server", server);
    socket.on("server.deleted", serverDeleted);
    socket.on("grant", grant);
    socket.on("me", me);
    return () => {
      socket.off("connect", connected);
      socket.off("progress", tell);
      socket.off("thread", thread);
      socket.off("thread.deleted", deleted);
      socket.off("approval", approval);
      socket.off("toolset", toolset);
      socket.off("server", server);
      socket.off("server.deleted", serverDeleted);
      socket.off("grant", grant);
      socket.off("me", me);
    };
  }, [client, onThreadDeleted]);
  useEffect(
    () =>
      onLogin(({ ok }) => {
        announce(ok ? t.servers.signedIn : t.servers.notSignedIn);
        for (const queryKey of [keys.servers, keys.serverPages, keys.toolset]) void client.invalidateQueries({ queryKey });
      }),
    [client],
  );
  useEffect(() => keepConnected(), []);
}
