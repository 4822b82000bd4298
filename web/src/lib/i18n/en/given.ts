import type { Messages } from "../messages";

/** What tools give besides text. */
export const given = {
  list: "What the tool gave besides text",
  wholeText: "Download the whole text",
  downloadFile: (name: string) => `Download ${name}`,
  imageFrom: (name: string) => `Image from the tool: ${name}`,
  soundFrom: (name: string) => `Sound from the tool: ${name}`,
  bytes: (count: number) => (count === 1 ? "1 byte" : `${count} bytes`),
  kibibytes: (count: number) => `${count.toLocaleString("en")} KiB`,
} satisfies Messages;
