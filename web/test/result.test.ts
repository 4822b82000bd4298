import { expect, test } from "vitest";
import { shownResult } from "@/features/approvals/result";

const shown = (text: string, structured: Parameters<typeof shownResult>[0]["structured"]) => shownResult({ text, structured });

test("what a tool says as text and as JSON is shown once, in the order in which it said it", () => {
  const { text, json } = shown('{"zone": "UTC", "at": 1}', { at: 1, zone: "UTC" });
  expect(text).toBeNull();
  expect(Object.keys(json as object)).toEqual(["zone", "at"]);
  expect(shown("42", { result: 42 })).toEqual({ text: "42", json: null });
  expect(shown("recorded", { result: "recorded" })).toEqual({ text: "recorded", json: null });
});

test("what differs is shown both ways", () => {
  expect(shown("It is noon", { hour: 12 })).toEqual({ text: "It is noon", json: { hour: 12 } });
  expect(shown("41", { result: 42 })).toEqual({ text: "41", json: { result: 42 } });
  expect(shown('{"a": 1}', { a: 1, b: 2 })).toEqual({ text: '{"a": 1}', json: { a: 1, b: 2 } });
  expect(shown("just text", null)).toEqual({ text: "just text", json: null });
});
