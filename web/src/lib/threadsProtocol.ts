/** Conversations as lists show them, and what is found in them: a mirror of docs/protocol.md. */

export interface Thread {
  id: string;
  title: string;
  created_at: string;
  updated_at: string;
  state: "idle" | "queued" | "running" | "waiting";
  waiting: number;
  pinned: boolean;
  archived: boolean;
}

export interface ThreadPage {
  threads: Thread[];
  next: string | null;
}

/** Part of a text that was found; a hit is what the search was for. */
export interface FoundPart {
  text: string;
  hit: boolean;
}

export interface FoundThread {
  thread_id: string;
  parts: FoundPart[];
  archived: boolean;
  updated_at: string;
}

export interface FoundMessage {
  thread_id: string;
  title: string;
  archived: boolean;
  run_id: string;
  message_id: string;
  role: "user" | "assistant";
  at: string;
  parts: FoundPart[];
}

export interface Found {
  threads: FoundThread[];
  messages: FoundMessage[];
  next: string | null;
}
