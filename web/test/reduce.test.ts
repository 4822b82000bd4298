import { describe, expect, test } from "vitest";
import { applyCall, applyStored } from "@/lib/conversation/reduce";
import { activeRun, callsOf, pieces, waitingCalls } from "@/lib/conversation/select";
import { emptyConversation } from "@/lib/conversation/state";
import type { Call } from "@/lib/protocol";
import type { AgEvent, Stored } from "@/lib/socketProtocol";
import { aCall, callEvent, finished, log, said, started } from "./conversation";

const empty = () => emptyConversation("t1");
const all = (events: Stored[]) => applyStored(empty(), events).conversation;
const turn = log(
  ...said("m1", "user", "Time?"),
  started,
  ...said("m2", "assistant", "I ask."),
  { type: "TOOL_CALL_START", toolCallId: "tc1", toolCallName: "get_time", parentMessageId: "m2" },
  { type: "TOOL_CALL_ARGS", toolCallId: "tc1", delta: '{"timezone":"Asia/Tokyo"}' },
  { type: "TOOL_CALL_END", toolCallId: "tc1" },
  callEvent(aCall()),
  { type: "RUN_FINISHED", outcome: { type: "interrupt", interrupts: [{ id: "c1", metadata: { call: aCall() } }] } },
  callEvent({ id: "c1", tool_call_id: "tc1", state: "approved" }),
  started,
  callEvent({ id: "c1", tool_call_id: "tc1", state: "started", started_at: "2026-11-21T09:01:00Z" }),
  callEvent({ id: "c1", tool_call_id: "tc1", state: "succeeded" }),
  { type: "TOOL_CALL_RESULT", toolCallId: "tc1", messageId: "m3", content: "19:44" },
  ...said("m4", "assistant", "It is 19:44."),
  finished,
);

test("a whole turn is one run with its items in order", () => {
  const conversation = all(turn);
  expect(conversation.order).toEqual(["r1"]);
  expect(conversation.runs["r1"]?.state).toBe("done");
  expect(pieces(conversation.runs["r1"]?.items ?? []).map(({ kind, id }) => [kind, id])).toEqual([
    ["text", "m1"],
    ["text", "m2"],
    ["calls", "r1/tc1"],
    ["text", "m4"],
  ]);
  expect(conversation.calls["c1"]?.state).toBe("succeeded");
  expect(conversation.toolCalls["r1/tc1"]?.told).toBe("19:44");
});

test("a replay in any cut gives the same conversation", () => {
  const whole = all(turn);
  for (let cut = 0; cut <= turn.length; cut += 1) {
    const first = applyStored(empty(), turn.slice(0, cut)).conversation;
    expect(applyStored(first, turn.slice(cut)).conversation).toEqual(whole);
  }
});

test("what is known already is dropped", () => {
  const whole = all(turn);
  expect(applyStored(whole, turn).conversation).toBe(whole);
  const twice = turn.flatMap((stored) => [stored, stored]);
  expect(all(twice)).toEqual(whole);
});

test("a gap stops the reducer before it", () => {
  const { conversation, gap } = applyStored(empty(), [...turn.slice(0, 3), ...turn.slice(4)]);
  expect(gap).toBe(true);
  expect(conversation.seq).toBe(3);
  expect(applyStored(conversation, turn)).toEqual({ conversation: all(turn), gap: false });
});

test("the given conversation is never changed", () => {
  let conversation = empty();
  for (const stored of turn) {
    const before = structuredClone(conversation);
    const next = applyStored(conversation, [stored]).conversation;
    expect(conversation).toEqual(before);
    conversation = next;
  }
});

test("a message that came during a run stays after that run's answer", () => {
  const first = said("a", "user", "one").map((event): [string, AgEvent] => ["r1", event]);
  const second = said("b", "user", "two").map((event): [string, AgEvent] => ["r2", event]);
  const answer = said("c", "assistant", "1").map((event): [string, AgEvent] => ["r1", event]);
  const conversation = all(log(...first, ["r1", started], ...second, ...answer, ["r1", finished]));
  expect(conversation.order).toEqual(["r1", "r2"]);
  expect(conversation.runs["r1"]?.items.map((item) => item.kind === "text" && item.id)).toEqual(["a", "c"]);
  expect(conversation.runs["r2"]?.state).toBe("queued");
  expect(activeRun(conversation)?.id).toBe("r2");
});

test("a call's life only goes forward, whatever comes late", () => {
  const conversation = all(turn);
  expect(applyCall(conversation, aCall({ state: "approved" })).calls["c1"]?.state).toBe("succeeded");
  expect(applyCall(conversation, aCall({ id: "other" }))).toBe(conversation);
});

test("changes of a call that come before its row are kept for it", () => {
  const conversation = all(log(...said("m1", "user", "x"), callEvent({ id: "c1", tool_call_id: "tc1", state: "started" }), callEvent(aCall())));
  expect(conversation.calls["c1"]?.state).toBe("started");
});

describe("errors and retries", () => {
  const failing = log(
    ...said("m1", "user", "x"),
    started,
    { type: "CUSTOM", name: "model_retry", value: { attempt: 2, of: 3, wait_seconds: 1, code: "model_busy" } },
    ...said("m2", "assistant", "half of", true),
    { type: "RUN_ERROR", message: "Busy.", code: "model_busy" },
    started,
    ...said("m3", "assistant", "whole"),
    finished,
  );

  test("the partial text stays and the error is shown", () => {
    const conversation = all(failing.slice(0, 9));
    expect(conversation.runs["r1"]).toMatchObject({ state: "error", error: { message: "Busy.", code: "model_busy" }, retry: null });
    expect(conversation.texts["m2"]).toMatchObject({ text: "half of", incomplete: true });
  });

  test("a retry is shown until something comes", () => {
    expect(all(failing.slice(0, 5)).runs["r1"]?.retry?.attempt).toBe(2);
    expect(all(failing.slice(0, 6)).runs["r1"]?.retry).toBeNull();
  });

  test("a run that goes on has no error any more", () => {
    expect(all(failing).runs["r1"]).toMatchObject({ state: "done", error: null });
  });
});

test("a call id that a model uses again in another run is another call", () => {
  const again = (run: string, id: string): [string, AgEvent][] => [
    [run, { type: "TOOL_CALL_START", toolCallId: "call_0", toolCallName: "a" }],
    [run, callEvent(aCall({ id, run_id: run, tool_call_id: "call_0" }))],
  ];
  const conversation = all(log(...again("r1", "c1"), ...again("r2", "c2")));
  expect(waitingCalls(conversation).map(({ id }) => id)).toEqual(["c1", "c2"]);
});

test("waiting calls are told oldest first, and calls of one turn form one group", () => {
  const two = log(
    ...said("m1", "user", "x"),
    { type: "TOOL_CALL_START", toolCallId: "tc1", toolCallName: "a", parentMessageId: "p" },
    { type: "TOOL_CALL_START", toolCallId: "tc2", toolCallName: "b", parentMessageId: "p" },
    callEvent(aCall({ id: "c2", tool_call_id: "tc2" })),
    callEvent(aCall()),
  );
  const conversation = all(two);
  expect(waitingCalls(conversation).map(({ id }) => id)).toEqual(["c1", "c2"]);
  expect(pieces(conversation.runs["r1"]?.items ?? [])).toContainEqual({ kind: "calls", id: "r1/tc1", toolCallIds: ["r1/tc1", "r1/tc2"] });
});

test("a thousand turns keep their order", () => {
  const events = Array.from({ length: 1000 }, (_, index) =>
    [...said(`q${index}`, "user", "x"), started, ...said(`a${index}`, "assistant", "y"), finished].map((event) => ({ run: `r${index}`, event })),
  ).flat();
  const stored = events.map(({ run, event }, index): Stored => ({ seq: index + 1, run_id: run, event }));
  expect(all(stored).order).toHaveLength(1000);
});

test("what is asked before a call can go on stands below it, and waits in its turn", () => {
  const question = aCall({ id: "q1", kind: "elicitation", parent_id: "c1" });
  const conversation = all(
    log(
      { type: "TOOL_CALL_START", toolCallId: "tc1", toolCallName: "a" },
      callEvent(aCall({ state: "started" })),
      callEvent(question),
      callEvent({ id: "c1", tool_call_id: "tc1", state: "input_required" }),
      callEvent(aCall({ id: "q2", kind: "login", parent_id: "c1" })),
      callEvent({ id: "q1", tool_call_id: "tc1", state: "answered" }),
    ),
  );
  expect(callsOf(conversation, "r1/tc1").map(({ id, state }) => [id, state])).toEqual([["c1", "input_required"], ["q1", "answered"], ["q2", "proposed"]]);
  expect(waitingCalls(conversation).map(({ id }) => id)).toEqual(["q2"]);
  const goesOn = applyStored(conversation, [{ seq: 7, run_id: "r1", event: callEvent({ id: "c1", tool_call_id: "tc1", state: "started" }) }]).conversation;
  expect(goesOn.calls["c1"]?.state).toBe("started");
});

test("a call that is proposed anew stands beside the one that became void", () => {
  const conversation = all(
    log(
      { type: "TOOL_CALL_START", toolCallId: "tc1", toolCallName: "a" },
      callEvent(aCall({ state: "approved" })),
      callEvent({ id: "c1", tool_call_id: "tc1", state: "void" }),
      callEvent(aCall({ id: "c2" })),
    ),
  );
  expect(callsOf(conversation, "r1/tc1").map(({ id, state }) => [id, state])).toEqual([["c1", "void"], ["c2", "proposed"]]);
  expect(pieces(conversation.runs["r1"]?.items ?? [])).toEqual([{ kind: "calls", id: "r1/tc1", toolCallIds: ["r1/tc1"] }]);
});

test("a call from the log of an earlier version is decided by its requester", () => {
  const { kind, parent_id, asked, effect, risk, unattended, needs, approvals, expiry, may, grant, ...first } = aCall();
  const known = all(log(callEvent(first as Call))).calls["c1"];
  expect(known).toEqual({ ...first, kind, parent_id, asked, effect, risk, unattended, needs, approvals, expiry, may, grant });
});
