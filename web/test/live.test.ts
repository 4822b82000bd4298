import { expect, test } from "vitest";
import { applyLive, applySnapshot } from "@/lib/conversation/live";
import { applyStored } from "@/lib/conversation/reduce";
import { type Conversation, emptyConversation } from "@/lib/conversation/state";
import { log, said, started } from "./conversation";

const begun = () => applyStored(emptyConversation("t1"), log(...said("m1", "user", "x"), started)).conversation;

function live(conversation: Conversation, offset: number, delta: string, message = "m2"): Conversation {
  const next = applyLive(conversation, { run_id: "r1", message_id: message, offset, delta });
  if (next === "gap") throw new Error("There is a gap.");
  return next;
}

const text = (conversation: Conversation) => conversation.runs["r1"]?.writing?.text;

test("text grows by what follows", () => {
  expect(text(live(live(begun(), 0, "Hello "), 6, "world"))).toBe("Hello world");
});

test("offsets count characters, not the halves of them", () => {
  expect(text(live(live(live(begun(), 0, "a 🙂 "), 4, "b 👩‍🚀"), 9, "!"))).toBe("a 🙂 b 👩‍🚀!");
});

test("what came already changes nothing", () => {
  const whole = live(live(begun(), 0, "Hello "), 6, "world");
  expect(live(whole, 0, "Hello ")).toBe(whole);
});

test("a message that is written anew replaces what differs", () => {
  expect(text(live(live(begun(), 0, "Hello wor"), 0, "Good"))).toBe("Good");
});

test("what does not follow is a gap", () => {
  const conversation = live(begun(), 0, "Hello");
  expect(applyLive(conversation, { run_id: "r1", message_id: "m2", offset: 7, delta: "x" })).toBe("gap");
  expect(applyLive(conversation, { run_id: "r1", message_id: "m3", offset: 3, delta: "x" })).toBe("gap");
  expect(applyLive(conversation, { run_id: "r9", message_id: "m3", offset: 0, delta: "x" })).toBe("gap");
});

test("a snapshot fills the gap, and older news leaves it", () => {
  const caught = applySnapshot(live(begun(), 0, "Hello"), { run_id: "r1", message_id: "m2", text: "Hello world" });
  expect(text(caught)).toBe("Hello world");
  expect(text(live(caught, 5, " wor"))).toBe("Hello world");
  expect(text(applySnapshot(caught, { run_id: "r1", message_id: "m2", text: "Hello" }))).toBe("Hello world");
});

test("the stored message takes the place of the live text, for good", () => {
  const writing = live(begun(), 0, "Hel");
  const stored = log(...said("m1", "user", "x"), started, ...said("m2", "assistant", "Hello"));
  const { conversation } = applyStored(writing, stored);
  expect(text(conversation)).toBeUndefined();
  expect(conversation.texts["m2"]?.text).toBe("Hello");
  expect(live(conversation, 3, "lo")).toBe(conversation);
});

test("text that was being written when the run failed stays", () => {
  const events = log(...said("m1", "user", "x"), started, { type: "RUN_ERROR", message: "Gone.", code: "model_timeout" });
  expect(text(applyStored(live(begun(), 0, "half"), events).conversation)).toBe("half");
});
