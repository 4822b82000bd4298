import type { Messages } from "../messages";

export const condition = {
  name: "Only when (condition)",
  hint: "CEL. It may look at arguments, tool (name, server, effect, risk), requester (id, email, roles) and unattended. Without one it holds for every call.",
  errorAt: (line: number, column: number, message: string) => `Line ${line}, column ${column}: ${message}`,
  place: (line: number, column: number) => `Where it went wrong: line ${line}, column ${column}`,
  examples: "Examples",
  exampleAmount: "Large amount",
  exampleDomain: "Other domain",
  exampleUnattended: "Nobody looks on",
} satisfies Messages;
