import type { Call, JsonObject, ResultBlock } from "@/lib/protocol";

export type SamplingPart = { kind: "text"; text: string } | Extract<ResultBlock, { kind: "image" | "audio" | "omitted" }>;

export interface SamplingMessage {
  role: "user" | "assistant";
  content: SamplingPart[];
}

/** What a server wants written, as its row has it. */
export interface Sampling {
  system: string | null;
  messages: SamplingMessage[];
  max_tokens: number;
  stop_sequences: string[];
}

/** The server checks it against the row's schema before it enters it. */
export function samplingOf(value: JsonObject): Sampling {
  return value as unknown as Sampling;
}

export function asArguments(sampling: Sampling): JsonObject {
  return sampling as unknown as JsonObject;
}

/** What the model wrote, as it waits to be looked at. */
export function writtenText(call: Call): string {
  const { text } = call.arguments;
  return typeof text === "string" ? text : "";
}
