import { app } from "./en/app";
import { approvals } from "./en/approvals";
import { asked } from "./en/asked";
import { chat } from "./en/chat";
import { servers } from "./en/servers";
import { threads } from "./en/threads";

/** The words of the UI, in the one language that there is so far. */
export const t = { app, approvals, asked, chat, servers, threads };
