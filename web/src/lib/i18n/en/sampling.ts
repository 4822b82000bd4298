import type { Messages } from "../messages";

/** What a server has the reader's model write. */
export const sampling = {
  title: (server: string) => `${server} asks your model`,
  titleOther: (server: string, who: string) => `${server} asks the model of ${who}`,
  hint: (server: string) => `These are the words of the server ${server}, not yours. The model sees them and nothing else: no chat, and no tools.`,
  system: "Instructions to the model",
  noSystem: "none",
  role: { user: "Message", assistant: "As if the model had said" },
  limit: (tokens: number) => `It may write at most ${tokens.toLocaleString("en")} tokens.`,
  then: "You see what it wrote before the server gets it.",
  remembered: "If you approve it for longer, the server gets what is written without your look.",
  edit: "Change what your model is asked",
  tokens: "Tokens at most",
  written: (server: string) => `Your model's answer for ${server}`,
  writtenOther: (server: string, who: string) => `The model's answer for ${server}, of ${who}`,
  writtenHint: (server: string) => `The server ${server} has not got it yet. It may do with it what it likes.`,
  send: "Send to the server",
  change: "Edit",
  changed: "Change the answer",
  keep: "Do not send",
  text: "Answer",
  asked: "What the server wanted written",
} satisfies Messages;
