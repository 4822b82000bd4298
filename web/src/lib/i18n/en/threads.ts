import type { Messages } from "../messages";

export const threads = {
  newChat: "New chat",
  search: "Search conversations",
  empty: "Your conversations will be listed here.",
  noMatch: (query: string) => `Nothing matches “${query}”.`,
  failed: "The list could not be loaded.",
  more: "Show more",
  today: "Today",
  yesterday: "Yesterday",
  week: "Previous 7 days",
  options: (title: string) => `Options for ${title}`,
  rename: "Rename",
  remove: "Delete",
  title: "Title",
  deleteTitle: "Delete this conversation?",
  deleteText: (title: string) => `“${title}” and everything in it will be gone. Calls that wait in it are cancelled and will not run.`,
  deleted: "The conversation was deleted.",
  untitled: "New chat",
  running: "answering",
  queued: "queued",
  waits: (count: number) => (count === 1 ? "1 call waits for you" : `${count} calls wait for you`),
} satisfies Messages;
