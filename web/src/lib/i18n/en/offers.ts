import type { Messages } from "../messages";

/** What servers have to put into a message. */
export const offers = {
  resources: "Add something to read",
  prompts: "Use a prompt",
  search: "Search",
  nothing: "Your connected servers have nothing like this.",
  failed: (server: string, why: string) => `${server}: ${why}`,
  required: "required",
  insert: "Put it into the message",
  back: "Back",
  close: "Close",
} satisfies Messages;
