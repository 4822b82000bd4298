import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { CallCard } from "@/features/approvals/CallCard";
import { Refusal } from "@/lib/api/http";
import { keys } from "@/lib/api/keys";
import { ask } from "@/lib/live/socket";
import type { Call, CallState, ResultBlock, TraceStep } from "@/lib/protocol";
import { aCall } from "./conversation";

vi.mock("@/lib/live/socket", async (original) => ({ ...(await original<object>()), ask: vi.fn() }));

const asked = vi.mocked(ask) as unknown as ReturnType<typeof vi.fn<(name: string, body: object) => Promise<object>>>;
let clock = 0;

beforeEach(() => {
  asked.mockReset();
  clock += 10_000;
  vi.spyOn(performance, "now").mockImplementation(() => clock);
});

function show(call: Call, settled = true) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(keys.me, { user: { id: "u1", name: "Alice", email: "" } });
  const draw = (shown: Call) => (
    <QueryClientProvider client={client}>
      <CallCard call={shown} />
    </QueryClientProvider>
  );
  const { rerender } = render(draw(call));
  if (settled) clock += 1000;
  return { become: (next: Call) => rerender(draw(next)), card: () => screen.getByRole("article", { name: "Approval: Current time" }) };
}

const approve = () => screen.getByRole("button", { name: "Approve once" });
const alice = { id: "u1", name: "Alice" };
const bob = { id: "u2", name: "Bob" };
const step: TraceStep = { layer: "tool", rule: "Clocks", rule_id: "p1", verdict: "ask", matched: true, decided: true, why: "Clocks matter." };
const decision = (kind: "approve" | "reject" | "respond", reason: string | null = null): Call["decision"] => ({ kind, by: alice, at: "2026-11-21T09:00:00Z", reason });

describe("a call that waits", () => {
  test("shows where it goes, what it may do, and every argument", () => {
    const { card } = show(aCall({ risk: "reads", arguments: { timezone: "Asia/Tokyo", secret_key: "x\u202ey" } }));
    for (const words of ["Allow Current time?", "get_time", "Reads", "Time zone", "Asia/Tokyo", "secret_key", "x⟨U+202E⟩y"]) {
      expect(card().textContent).toContain(words);
    }
  });

  test("is taken at its worst where no admin has said; the server's word is only shown", () => {
    const { card, become } = show(aCall());
    expect(card().textContent).toContain("Not classed: treated as may delete or overwrite");
    expect(card().textContent).toContain("The server says: only reads");
    become(aCall({ risk: "destroys" }));
    expect(card().textContent).toContain("May delete or overwrite");
    expect(card().textContent).toContain("The server says: only reads");
    become(aCall({ risk: "leaves", tool: { ...aCall().tool, annotations: { openWorldHint: true } } }));
    expect(card().textContent).toContain("Leaves the organisation");
    expect(card().textContent).toContain("The server says: reaches outside");
  });

  test("is not decided in the first 400 ms", () => {
    show(aCall(), false);
    clock += 399;
    fireEvent.click(approve());
    expect(asked).not.toHaveBeenCalled();
    clock += 2;
    asked.mockReturnValue(new Promise(() => undefined));
    fireEvent.click(approve());
    expect(asked).toHaveBeenCalledWith("approval.decide", { id: "c1", decision: "approve", seal: "s1" });
    expect(screen.getByText("Sending your decision…")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Approve once" })).toBeNull();
  });

  test("is not decided by a key that is held, pressed beside the focused card, or meant to go elsewhere", () => {
    const { card } = show(aCall());
    fireEvent.keyDown(card(), { key: "a", repeat: true });
    fireEvent.keyDown(screen.getByText("Asia/Tokyo"), { key: "a" });
    fireEvent.keyDown(document.body, { key: "a" });
    fireEvent.keyDown(card(), { key: "Enter" });
    fireEvent.keyDown(card(), { key: "g" });
    fireEvent.keyDown(card(), { key: "a" });
    expect(fireEvent.keyDown(approve(), { key: "Enter", repeat: true })).toBe(false);
    expect(asked).not.toHaveBeenCalled();
  });

  test("is approved by A in the focused card; what destroys only brings the button", () => {
    asked.mockReturnValue(new Promise(() => undefined));
    const call = aCall();
    const { card, become } = show({ ...call, tool: { ...call.tool, annotations: { destructiveHint: true } } });
    fireEvent.keyDown(card(), { key: "a" });
    expect(asked).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(approve());
    become(aCall({ risk: "destroys" }));
    fireEvent.keyDown(card(), { key: "a" });
    expect(asked).not.toHaveBeenCalled();
    become(call);
    fireEvent.keyDown(card(), { key: "a" });
    expect(asked).toHaveBeenCalledOnce();
  });

  test("gives its buttons back where the decision was not recorded", async () => {
    asked.mockRejectedValue(new Refusal({ code: "disconnected", detail: "The connection is lost." }));
    show(aCall());
    fireEvent.click(approve());
    expect((await screen.findByRole("alert")).textContent).toBe("Not recorded: The connection is lost.");
    expect(approve()).toBeTruthy();
  });

  test("is rejected with a reason", async () => {
    asked.mockReturnValue(new Promise(() => undefined));
    const { card } = show(aCall());
    fireEvent.keyDown(card(), { key: "r" });
    await userEvent.click(screen.getByRole("button", { name: "Wrong target" }));
    await userEvent.click(screen.getByRole("button", { name: "Reject" }));
    expect(asked).toHaveBeenCalledWith("approval.decide", { id: "c1", decision: "reject", seal: "s1", reason: "Wrong target" });
  });
});

describe("editing", () => {
  test("checks as one types, keeps types, and sends only what fits", async () => {
    asked.mockReturnValue(new Promise(() => undefined));
    show(aCall());
    await userEvent.click(screen.getByRole("button", { name: "Edit" }));
    const zone = await screen.findByRole("textbox", { name: "Time zone" });
    const send = screen.getByRole<HTMLButtonElement>("button", { name: "Approve with changes" });
    expect(send.disabled).toBe(true);
    await userEvent.clear(zone);
    expect(zone.getAttribute("aria-invalid")).toBe("true");
    expect(document.getElementById(zone.getAttribute("aria-describedby") ?? "")?.textContent).toBe("This has to have at least 3 characters.");
    await userEvent.type(zone, "Europe/Berlin");
    await userEvent.click(screen.getByRole("button", { name: "Add Hours" }));
    await userEvent.clear(screen.getByRole("textbox", { name: "Hours" }));
    await userEvent.type(screen.getByRole("textbox", { name: "Hours" }), "4x");
    expect(send.disabled).toBe(true);
    await userEvent.type(screen.getByRole("textbox", { name: "Hours" }), "{Backspace}2");
    expect(screen.getByText("2 changes")).toBeTruthy();
    await userEvent.click(send);
    expect(asked).toHaveBeenCalledWith("approval.decide", { id: "c1", decision: "approve", seal: "s1", arguments: { timezone: "Europe/Berlin", hours: 42 } });
  });

  test("is taken up again after a reload, and ends with the call", async () => {
    const { become } = show(aCall());
    await userEvent.click(screen.getByRole("button", { name: "Edit" }));
    await userEvent.type(await screen.findByRole("textbox", { name: "Time zone" }), "!");
    expect(localStorage.getItem("interlock.card.c1")).toContain("Asia/Tokyo!");
    become(aCall({ state: "expired" }));
    expect(localStorage.getItem("interlock.card.c1")).toBeNull();
  });

  test("shows the server's errors at their fields until these change", async () => {
    asked.mockRejectedValue(new Refusal({ code: "invalid_arguments", detail: "They do not fit.", errors: [{ field: "/timezone", message: "No such zone." }] }));
    show(aCall());
    await userEvent.click(screen.getByRole("button", { name: "Edit" }));
    await userEvent.type(await screen.findByRole("textbox", { name: "Time zone" }), "x");
    await userEvent.click(screen.getByRole("button", { name: "Approve with changes" }));
    expect(await screen.findByText("No such zone.")).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Time zone" }).value).toBe("Asia/Tokyox");
    await userEvent.type(screen.getByRole("textbox", { name: "Time zone" }), "y");
    expect(screen.queryByText("No such zone.")).toBeNull();
  });
});

test("who was first is told where somebody else has decided", async () => {
  const decided = aCall({ state: "rejected", decision: { kind: "reject", by: { id: "u2", name: "Bob" }, at: "2026-11-21T09:00:00Z", reason: null } });
  asked.mockRejectedValue(new Refusal({ code: "already_decided", detail: "", by: { id: "u2", name: "Bob" }, at: "2026-11-21T09:00:00Z" }));
  vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json(decided));
  const { become } = show(aCall());
  fireEvent.click(approve());
  await waitFor(() => expect(fetch).toHaveBeenCalledWith("/api/approvals/c1", expect.anything()));
  await act(async () => become(decided));
  expect((await screen.findByRole("alert")).textContent).toContain("Rejected by Bob, ");
});

test("what happened is told in one line that opens", async () => {
  const lines: [CallState, Partial<Call>, string][] = [
    ["succeeded", { decision: decision("approve"), proposed_arguments: { timezone: "Asia/Seoul" } }, "approved by you (edited)"],
    ["succeeded", { decision: decision("approve"), approvals: [{ by: { id: "u2", name: "Bob" }, at: "2026-11-21T08:59:00Z" }] }, "approved by Bob, you"],
    ["succeeded", { verdict: "allow" }, "ran by rule"],
    ["succeeded", { verdict: "allow", trace: [{ ...step, verdict: "allow" }] }, "ran by rule “Clocks”"],
    ["succeeded", { verdict: "allow", grant: { id: "g1", scope: "thread", by: alice } }, "ran by your permission for this chat"],
    ["succeeded", { verdict: "allow", grant: { id: "g1", scope: "everybody", by: alice } }, "ran by everybody’s permission for this tool"],
    ["succeeded", { verdict: "allow", requester: bob, grant: { id: "g1", scope: "always", by: bob } }, "ran by a permission for this tool"],
    ["failed", { decision: decision("approve") }, "failed · approved by you"],
    ["rejected", { decision: decision("reject", "Not now") }, "rejected by you: Not now"],
    ["rejected", { verdict: "deny" }, "not allowed by policy"],
    ["answered", { decision: decision("respond") }, "answered by you"],
    ["expired", {}, "nobody answered; nothing ran"],
    ["expired", { expiry: { then: "cancel", rule: "Clocks" } }, "nobody answered; nothing ran · so the run was cancelled"],
    ["cancelled", {}, "stopped; nothing ran"],
    ["void", {}, "no longer valid; nothing ran"],
    ["void", { decision: decision("approve", "The definition changed.") }, "no longer valid; nothing ran: The definition changed."],
    ["confirmed_done", { decision: decision("approve"), resolution: { by: alice, at: "2026-11-21T09:00:00Z", note: null } }, "it happened · approved by you · says you"],
  ];
  const { become, card } = show(aCall());
  for (const [state, change, words] of lines) {
    become(aCall({ state, ...change }));
    expect(card().textContent).toContain(words);
    expect(screen.queryByRole("button", { name: "Approve once" })).toBeNull();
  }
  become(aCall({ state: "succeeded", proposed_arguments: { timezone: "Asia/Seoul" }, decision: decision("approve"), result: { text: "19:44", structured: null, is_error: false, blocks: [] } }));
  await userEvent.click(screen.getByRole("button", { expanded: false, name: /Current time/ }));
  expect(await screen.findByText("19:44")).toBeTruthy();
  expect(screen.getByRole("list", { name: "Proposed, and what ran" }).textContent).toContain("Asia/Seoul");
});

test("what a tool gave besides text is drawn from here, and no address of a server's is a link", async () => {
  const file = { mime_type: "image/png", name: "image.png", size: 2048 };
  const blocks: ResultBlock[] = [
    { kind: "image", id: "a1", ...file },
    { kind: "image", id: "a2", ...file, mime_type: "image/svg+xml", name: "drawing.svg" },
    { kind: "audio", id: "a3", mime_type: "audio/wav", name: "audio.wav", size: 1 },
    { kind: "resource", id: "a4", uri: "book://1", mime_type: "text/html", name: "page.html", size: 10 },
    { kind: "resource_link", uri: "https://evil.example/\u202ex", name: "one", title: null, description: "A book.", mime_type: null, size: null },
    { kind: "omitted", note: "A part is left out: it is too large." },
  ];
  show(aCall({ state: "succeeded", decision: decision("approve"), result: { text: "Look", structured: null, is_error: false, blocks } }));
  await userEvent.click(screen.getByRole("button", { expanded: false, name: /Current time/ }));
  const given = await screen.findByRole("list", { name: "What the tool gave besides text" });
  expect(screen.getAllByRole("img").map((image) => image.getAttribute("src"))).toEqual(["/api/artifacts/a1"]);
  expect(given.querySelector("audio")?.getAttribute("src")).toBe("/api/artifacts/a3");
  expect(screen.getAllByRole("link", { name: /^Download/ }).map((link) => link.getAttribute("href"))).toEqual([1, 2, 3, 4].map((number) => `/api/artifacts/a${number}`));
  for (const words of ["https://evil.example/⟨U+202E⟩x", "A book.", "book://1", "2 KiB", "1 byte", "it is too large"]) expect(given.textContent).toContain(words);
  expect(given.querySelectorAll("a[href^=http]")).toHaveLength(0);
});

test("an unknown outcome shows its evidence and takes a person's word", async () => {
  asked.mockReturnValue(new Promise(() => undefined));
  show(aCall({ state: "unknown", evidence: { sent_at: "2026-11-21T09:00:00Z", sent: { name: "get_time" }, last_heard: null, why: "It was gone." } }));
  expect(screen.getByText("It was gone.")).toBeTruthy();
  await userEvent.type(screen.getByRole("textbox", { name: "Note (optional)" }), "Looked.");
  await userEvent.click(screen.getByRole("button", { name: "It did not" }));
  expect(asked).toHaveBeenCalledWith("approval.resolve", { id: "c1", resolution: "confirmed_not_done", note: "Looked." });
});

test("a running call says how long it runs", () => {
  const { become, card } = show(aCall({ state: "approved", decision: decision("approve") }));
  expect(card().textContent).toContain("Approved, about to run");
  become(aCall({ state: "started", started_at: new Date(Date.now() - 3000).toISOString() }));
  expect(card().textContent).toContain("Running 3 s");
  become(aCall({ state: "input_required", started_at: new Date().toISOString() }));
  expect(card().textContent).toContain("waits for your answer below");
});
