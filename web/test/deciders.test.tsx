import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Refusal } from "@/lib/api/http";
import type { Call, Need, TraceStep } from "@/lib/protocol";
import { aCall } from "./conversation";
import { asked, begin, bob, carol, show } from "./shown";

vi.mock("@/lib/live/socket", async (original) => ({ ...(await original<object>()), ask: vi.fn() }));
beforeEach(begin);

const need: Need = { rule: "Four eyes", roles: ["approver"], users: [], count: 2, not_requester: true };
const others: Partial<Call> = { needs: [need], may: { decide: false, rule: "Four eyes", extend: false, remember: [] } };
const button = (name: string) => screen.getByRole("button", { name });

describe("who decides", () => {
  test("is told to a requester who may not, without buttons that would, but with the way back", async () => {
    asked.mockReturnValue(new Promise(() => undefined));
    const { card } = show(aCall(others));
    expect(card().textContent).toContain("Needs 2 of: approvers, not you · Rule “Four eyes”");
    expect(card().textContent).toContain("You cannot decide this: rule “Four eyes” has somebody else do it.");
    for (const name of ["Approve once", "Approve and remember", "Edit", "Reject…", "More"]) expect(screen.queryByRole("button", { name })).toBeNull();
    fireEvent.keyDown(card(), { key: "a" });
    expect(asked).not.toHaveBeenCalled();
    await userEvent.click(button("Withdraw"));
    expect(asked).toHaveBeenCalledWith("approval.decide", { id: "c1", decision: "reject", seal: "s1" });
  });

  test("is told to one who may: whose call it is, who has approved, and no Stop of another's run", () => {
    const { card } = show(aCall({ requester: bob, unattended: true, needs: [need], approvals: [{ by: carol, at: "2026-11-21T09:00:00Z" }] }));
    expect(card().textContent).toContain("For Bob · Nobody looked on when it was proposed");
    expect(card().textContent).toContain("Needs 2 of: approvers, not Bob");
    expect(card().textContent).toContain("Approved so far by Carol");
    expect(button("Approve once")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Stop run" })).toBeNull();
  });

  test("is told to one who has approved already: it waits for others, and can still be rejected", () => {
    const { card } = show(aCall({ requester: bob, needs: [need], approvals: [{ by: { id: "u1", name: "Alice" }, at: "2026-11-21T09:00:00Z" }] }));
    expect(card().textContent).toContain("You approved this. It waits for others.");
    expect(screen.queryByRole("button", { name: "Approve once" })).toBeNull();
    expect(button("Reject…")).toBeTruthy();
  });

  test("names one person alone, and the requester where no rule names anybody", () => {
    const { card, become } = show(aCall({ ...others, needs: [{ ...need, roles: [], users: [carol], count: 1 }] }));
    expect(card().textContent).toContain("Needs Carol");
    become(aCall({ requester: bob, may: { decide: false, rule: null, extend: false, remember: [] } }));
    expect(card().textContent).toContain("Only Bob decides this.");
  });

  test("warns that changed arguments void the approvals so far", async () => {
    show(aCall({ requester: bob, needs: [need], approvals: [{ by: carol, at: "2026-11-21T09:00:00Z" }] }));
    await userEvent.click(button("Edit"));
    expect(await screen.findByText("Changed arguments have to be approved again by everybody.")).toBeTruthy();
  });
});

describe("remembering", () => {
  test("is offered only as far as policy permits, in words, and never on one key alone", async () => {
    asked.mockReturnValue(new Promise(() => undefined));
    const { become, card } = show(aCall());
    expect(screen.queryByRole("button", { name: "Approve and remember" })).toBeNull();
    become(aCall({ may: { decide: true, rule: null, extend: false, remember: ["arguments", "thread"] } }));
    card().focus();
    fireEvent.keyDown(card(), { key: "s" });
    const items = await screen.findAllByRole("menuitem");
    expect(items.map((item) => item.querySelector("span > span")?.textContent)).toEqual(["In this chat, with the same arguments", "In this chat"]);
    expect(screen.getByRole("menu").textContent).toContain("for 30 days");
    expect(asked).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("menuitem", { name: /^In this chat\s*This tool/ }));
    expect(asked).toHaveBeenCalledWith("approval.decide", { id: "c1", decision: "approve", seal: "s1", remember: "thread" });
  });

  test("that is refused shows the rule, and approving once is a click away", async () => {
    asked.mockRejectedValueOnce(new Refusal({ code: "grant_refused", detail: "It may not be given.", rule: "No standing keys" }));
    asked.mockReturnValue(new Promise(() => undefined));
    const { card } = show(aCall({ may: { decide: true, rule: null, extend: false, remember: ["always"] } }));
    fireEvent.keyDown(card(), { key: "s" });
    fireEvent.click(await screen.findByRole("menuitem", { name: /^Always/ }));
    expect((await screen.findByRole("alert")).textContent).toContain("Nothing was decided. Rule “No standing keys” does not let this permission be given.");
    vi.spyOn(performance, "now").mockReturnValue(1e9);
    fireEvent.click(button("Approve only this once"));
    expect(asked).toHaveBeenLastCalledWith("approval.decide", { id: "c1", decision: "approve", seal: "s1" });
  });
});

describe("a refusal", () => {
  test("by rule names it, keeps what was typed, and asks the server how the call stands", async () => {
    const stands = vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json(aCall()));
    asked.mockRejectedValue(new Refusal({ code: "not_approver", detail: "Others decide.", rule: "Four eyes" }));
    const { card } = show(aCall());
    fireEvent.keyDown(card(), { key: "r" });
    await userEvent.type(screen.getByRole("textbox", { name: /^Reason/ }), "Not this one");
    await userEvent.click(button("Reject"));
    expect((await screen.findByRole("alert")).textContent).toBe("Not recorded: rule “Four eyes” has somebody else decide this. Your edits are kept.");
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: /^Reason/ }).value).toBe("Not this one");
    expect(stands).toHaveBeenCalledWith("/api/approvals/c1", expect.anything());
  });

  test("for want of a person's session says so", async () => {
    asked.mockRejectedValue(new Refusal({ code: "session_required", detail: "No." }));
    show(aCall());
    fireEvent.click(button("Approve once"));
    expect((await screen.findByRole("alert")).textContent).toBe("Not recorded: only a person who is signed in decides.");
  });
});

describe("the deadline", () => {
  const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

  test("says what happens then, and near it offers more time by one click", async () => {
    asked.mockReturnValue(new Promise(() => undefined));
    const may = { decide: true, rule: null, extend: true, remember: [] };
    const at = { created_at: soon(-60), expires_at: soon(55) };
    const { become, card } = show(aCall({ may, ...at, expiry: { then: "cancel", rule: "Clocks" } }));
    expect(card().textContent).toContain("then the run is cancelled");
    expect(screen.queryByRole("button", { name: "More time" })).toBeNull();
    become(aCall({ may: { ...may, extend: false }, ...at, expires_at: soon(2) }));
    expect(screen.queryByRole("button", { name: "More time" })).toBeNull();
    become(aCall({ may, ...at, expires_at: soon(2), expiry: { then: "escalate", rule: "Clocks" } }));
    expect(card().textContent).toContain("then others are asked");
    await userEvent.click(button("More time"));
    expect(asked).toHaveBeenCalledWith("approval.extend", { id: "c1" });
  });
});

test("Why? opens to what was looked at, with the rule that decided marked", async () => {
  const trace: TraceStep[] = [
    { layer: "platform", rule: "Quiet hours", rule_id: "p1", verdict: "deny", matched: false, decided: false, why: "It is day." },
    { layer: "tool", rule: "Clocks", rule_id: "p2", verdict: "ask", matched: true, decided: true, why: "Clocks matter." },
  ];
  show(aCall({ trace }));
  await userEvent.click(screen.getByText("Why was I asked?"));
  expect(screen.getByRole("group")).toHaveProperty("open", true);
  const items = screen.getAllByRole("listitem").map((item) => item.textContent);
  expect(items).toEqual(["Quiet hours (platform): does not applyIt is day.", "Clocks (tool): asksdecidedClocks matter."]);
});
