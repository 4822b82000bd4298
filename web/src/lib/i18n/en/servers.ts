import type { Messages } from "../messages";

/** What is on the first page; the rest of the words about servers load with what shows them. */
export const servers = {
  name: "Servers",
  title: "Servers",
  signedIn: "You are signed in.",
  notSignedIn: "The sign-in did not come to its end.",
} satisfies Messages;
