import { io, type Socket } from "socket.io-client";
import { Refusal } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import type { ClientToServer, Requests, ServerToClient } from "@/lib/socketProtocol";
import { urls } from "@/lib/urls";
import { signedOut, useConnection } from "./connection";

/** Nothing was sent. */
export const DISCONNECTED = "disconnected";
/** It was sent, and nobody knows whether it arrived. */
export const UNANSWERED = "unanswered";

const ACK_MS = 15_000;
/** The server hangs up on more, and what is sent again after that would never arrive. */
const MOST_BYTES = 500_000;
const WAITS_MS = [500, 1000, 2000, 4000, 8000];

export const socket: Socket<ServerToClient, ClientToServer> = io({
  path: urls.socketPath,
  transports: ["websocket"],
  autoConnect: false,
  reconnection: false,
  timeout: 8000,
});

let attempt = 0;
let timer: ReturnType<typeof setTimeout> | null = null;

function stopWaiting(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
}

function retryLater(): void {
  stopWaiting();
  if (!navigator.onLine) {
    useConnection.setState({ phase: "offline", retryAt: null });
    return;
  }
  const wait = (WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)] ?? 8000) * (0.8 + 0.4 * Math.random());
  attempt += 1;
  useConnection.setState({ phase: "reconnecting", retryAt: Date.now() + wait });
  timer = setTimeout(connectNow, wait);
}

/** Tries at once, whatever the waiting time. */
export function connectNow(): void {
  stopWaiting();
  if (socket.connected) return;
  useConnection.setState((now) => ({ phase: now.phase === "connecting" ? "connecting" : "reconnecting", retryAt: null }));
  socket.connect();
}

/** Keeps the socket connected until the returned function is called. */
export function keepConnected(): () => void {
  const connected = () => {
    attempt = 0;
    useConnection.setState({ phase: "online", retryAt: null });
  };
  const refused = (error: Error) => {
    if (error.message === "unauthenticated") signedOut();
    else retryLater();
  };
  const lost = (reason: string) => {
    if (reason !== "io client disconnect") retryLater();
  };
  const offline = () => {
    socket.disconnect();
    stopWaiting();
    useConnection.setState({ phase: "offline", retryAt: null });
  };
  const seen = () => {
    const { phase } = useConnection.getState();
    if (document.visibilityState === "visible" && phase === "reconnecting") connectNow();
  };
  socket.on("connect", connected);
  socket.on("connect_error", refused);
  socket.on("disconnect", lost);
  window.addEventListener("online", connectNow);
  window.addEventListener("offline", offline);
  document.addEventListener("visibilitychange", seen);
  connectNow();
  return () => {
    socket.off("connect", connected);
    socket.off("connect_error", refused);
    socket.off("disconnect", lost);
    window.removeEventListener("online", connectNow);
    window.removeEventListener("offline", offline);
    document.removeEventListener("visibilitychange", seen);
    stopWaiting();
    socket.disconnect();
  };
}

/** Asks the server and waits for its acknowledgement; a refusal, or no connection, is a Refusal. */
export async function ask<Name extends keyof Requests>(name: Name, body: Requests[Name][0]): Promise<Requests[Name][1]> {
  if (!socket.connected) throw new Refusal({ code: DISCONNECTED, detail: t.app.disconnected });
  if (new Blob([JSON.stringify(body)]).size > MOST_BYTES) throw new Refusal({ code: "too_large", detail: t.app.tooLarge });
  const emit = socket.timeout(ACK_MS).emitWithAck.bind(socket.timeout(ACK_MS)) as (name: string, body: unknown) => Promise<unknown>;
  let answer: { ok: true } | { ok: false; error: { code: string; message: string } };
  try {
    answer = (await emit(name, body)) as typeof answer;
  } catch {
    throw new Refusal({ code: UNANSWERED, detail: t.app.unanswered });
  }
  if (answer.ok) return answer as Requests[Name][1];
  if (answer.error.code === "unauthenticated") signedOut();
  throw new Refusal({ ...answer.error, detail: answer.error.message });
}
