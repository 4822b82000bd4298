import { useMutation } from "@tanstack/react-query";
import { request } from "./api/http";
import { urls } from "./urls";

/** On which the page at the end of a sign-in tells the others of this browser. */
const CHANNEL = "interlock.login";
const WINDOW = "popup,width=520,height=720";

export interface LoginNews {
  server: string;
  ok: boolean;
}

/** Hears of sign-ins that came to their end in another window, until the returned function is called. */
export function onLogin(told: (news: LoginNews) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", (event: MessageEvent<LoginNews>) => told(event.data));
  return () => channel.close();
}

/** Leaves for the page where one signs in to a server: in a window of its own, or in this one where none may be opened. */
async function leave(server: string, waiting: string): Promise<string> {
  // Opened in the click itself: later, a browser would take it for an advertisement.
  const other = window.open("", "_blank", WINDOW);
  if (other) other.document.body.textContent = waiting;
  try {
    const page = window.location.pathname + window.location.search;
    const { url, host } = await request<{ url: string; host: string }>("POST", urls.signInToServer(server), { page, popup: other !== null });
    if (!/^https?:/i.test(url)) throw new Error("it has no address of the web.");
    if (other) other.location.replace(url);
    else window.location.assign(url);
    return host;
  } catch (error) {
    other?.close();
    throw error;
  }
}

/** Signing in to one server; `data` is the host where that happens. `waiting` stands in the new window until it is there. */
export function useSignIn(server: string, waiting: string) {
  return useMutation({ mutationFn: () => leave(server, waiting) });
}
