import type { Messages } from "../messages";

export const archive = {
  title: "Archive",
  intro: "Conversations that you put away: they can be read and found, and are out of the way until you bring them back.",
  empty: "Nothing is in the archive. A conversation's menu in the list puts it here.",
  last: (time: string) => `Last activity ${time}`,
  backOf: (title: string) => `Bring back ${title}`,
  removeOf: (title: string) => `Delete ${title}`,
} satisfies Messages;
