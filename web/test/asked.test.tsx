import { fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { addressOf } from "@/features/approvals/AskedPage";
import { Refusal } from "@/lib/api/http";
import type { Call, JsonObject } from "@/lib/protocol";
import { aCall } from "./conversation";
import { asked, begin, bob, show, showLater } from "./shown";

vi.mock("@/lib/live/socket", async (original) => ({ ...(await original<object>()), ask: vi.fn() }));
beforeEach(begin);

const schema: JsonObject = {
  type: "object",
  properties: {
    email: { type: "string", title: "E-mail", format: "email", description: "Where the ticket goes." },
    seats: { type: "integer", minimum: 1, maximum: 4 },
    meal: { type: "string", oneOf: [{ const: "v", title: "Vegetarian" }, { const: "f", title: "Fish" }] },
    days: { type: "array", title: "Days", items: { type: "string", enum: ["Mon", "Tue"] } },
    insured: { type: "boolean", title: "Insured" },
    note: { type: "string" },
  },
  required: ["email", "seats", "meal"],
};

function question(change: Partial<Call> = {}): Call {
  return aCall({ kind: "elicitation", reason: "elicitation", parent_id: "c0", asked: { mode: "form", message: "Which seat?", schema, url: null }, arguments: {}, ...change });
}

const button = (name: string) => screen.getByRole("button", { name });

describe("a question of a server", () => {
  test("names who asks and for what, and begins with nothing that nobody said", async () => {
    const { card } = await showLater(question());
    expect(card().getAttribute("aria-label")).toBe("Question: Toolbox");
    for (const words of ["Toolbox asks you", "So that Current time can go on", "goes to the server Toolbox", "Which seat?"]) expect(card().textContent).toContain(words);
    const form = await screen.findByRole("form", { name: "Answer Toolbox" });
    expect(within(form).getByRole<HTMLInputElement>("textbox", { name: "E-mail" }).value).toBe("");
    expect(within(form).getByRole<HTMLInputElement>("textbox", { name: "Seats" }).value).toBe("");
    expect(within(form).getByRole<HTMLSelectElement>("combobox", { name: "Meal" }).selectedOptions[0]?.textContent).toBe("Choose…");
    expect(within(form).getAllByText("required")).toHaveLength(3);
    expect(screen.queryByText("This is required.")).toBeNull();
  });

  test("is checked field by field, all of it when it is sent, and sent with its types", async () => {
    asked.mockReturnValue(new Promise(() => undefined));
    await showLater(question());
    const mail = await screen.findByRole("textbox", { name: "E-mail" });
    await userEvent.type(mail, "nobody");
    await userEvent.tab();
    expect(document.getElementById(mail.getAttribute("aria-describedby")?.split(" ").at(-1) ?? "")?.textContent).toBe("This has to be an e-mail address.");
    await userEvent.click(button("Send answer"));
    expect(asked).not.toHaveBeenCalled();
    expect(screen.getAllByText("This is required.")).toHaveLength(2);
    expect(screen.getByText("3 fields need another look.")).toBeTruthy();
    await userEvent.type(mail, "@example.com");
    await userEvent.type(screen.getByRole("textbox", { name: "Seats" }), "2");
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Meal" }), "Fish");
    await userEvent.click(screen.getByRole("checkbox", { name: "Tue" }));
    await userEvent.click(button("Send answer"));
    expect(asked).toHaveBeenCalledWith("approval.decide", {
      id: "c1",
      decision: "respond",
      seal: "s1",
      content: { email: "nobody@example.com", seats: 2, meal: "f", days: ["Tue"], insured: false },
    });
  });

  test("keeps what was filled in over a reload, and where the server did not accept it", async () => {
    asked.mockRejectedValue(new Refusal({ code: "invalid_arguments", detail: "No.", errors: [{ field: "/email", message: "Nobody has this address." }] }));
    const only: JsonObject = { type: "object", properties: { email: { type: "string", title: "E-mail" } }, required: ["email"] };
    await showLater(question({ asked: { mode: "form", message: "Where to?", schema: only, url: null } }));
    await userEvent.type(await screen.findByRole("textbox", { name: "E-mail" }), "x@y.example{Enter}");
    expect(await screen.findByText("Nobody has this address.")).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "E-mail" }).value).toBe("x@y.example");
    expect(localStorage.getItem("interlock.card.c1")).toContain("x@y.example");
  });

  test("can be declined without filling in anything", async () => {
    asked.mockReturnValue(new Promise(() => undefined));
    await showLater(question());
    await screen.findByRole("form");
    await userEvent.click(button("Decline"));
    expect(asked).toHaveBeenCalledWith("approval.decide", { id: "c1", decision: "reject", seal: "s1" });
  });

  test("is only shown to who may not answer it", async () => {
    const { card } = await showLater(question({ requester: bob, may: { decide: false, rule: null, extend: false, remember: [] } }));
    expect(card().textContent).toContain("Toolbox asks Bob");
    expect(card().textContent).toContain("Only Bob decides this.");
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("a page that a server sends to", () => {
  const sent = (url: string) => question({ asked: { mode: "url", message: "Pay first.", schema: null, url } });

  test("shows its whole address with the host marked, and a link that tells the page nothing", async () => {
    asked.mockReturnValue(new Promise(() => undefined));
    await showLater(sent("https://pay.example/order?id=7"));
    const address = screen.getByRole("group", { name: "The whole address" });
    expect(address.textContent).toBe("https://pay.example/order?id=7");
    expect(address.querySelector("mark")?.textContent).toBe("pay.example");
    const link = screen.getByRole<HTMLAnchorElement>("link", { name: /^Open pay\.example/ });
    expect([link.target, link.rel]).toEqual(["_blank", "noopener noreferrer"]);
    await userEvent.click(button("Done"));
    expect(asked).toHaveBeenCalledWith("approval.decide", { id: "c1", decision: "respond", seal: "s1" });
  });

  test("marks the host that it really leads to, and opens nothing that is no web address", async () => {
    expect(addressOf("https://bank.example@evil.example/bank.example")).toMatchObject({ before: "https://bank.example@", host: "evil.example", after: "/bank.example" });
    expect(addressOf("https://a@evil.example:8443/")).toMatchObject({ before: "https://a@", host: "evil.example:8443", after: "/" });
    expect(addressOf("https://xn--pypal-4ve.example/")?.host).toBe("xn--pypal-4ve.example");
    expect(addressOf("https://h@h/")).toMatchObject({ before: "https://h@", host: "h" });
    expect(addressOf("javascript:alert(1)")).toBeNull();
    await showLater(sent("javascript:alert(1)"));
    expect(screen.queryByRole("link")).toBeNull();
    expect(screen.getByText("This is no address that can be opened.")).toBeTruthy();
  });
});

describe("a server that wants a sign-in", () => {
  const login = (change: Partial<Call> = {}) =>
    aCall({ kind: "login", reason: "login", asked: { mode: null, message: "Sign in to Toolbox to go on.", schema: null, url: null }, ...change });

  test("is tried again, and says what it answered", async () => {
    asked.mockRejectedValue(new Refusal({ code: "server_login_required", detail: "Toolbox still wants you to sign in." }));
    const { card } = await showLater(login());
    expect(card().getAttribute("aria-label")).toBe("Sign-in: Toolbox");
    expect(card().textContent).toContain("Sign in to Toolbox to go on");
    fireEvent.click(button("Try again"));
    expect((await screen.findByRole("alert")).textContent).toBe("Toolbox still wants you to sign in.");
    expect(asked).toHaveBeenCalledWith("approval.decide", { id: "c1", decision: "respond", seal: "s1" });
    expect(button("Decline")).toBeTruthy();
  });
});

test("what was asked is told in one line when it is over", () => {
  const by = { by: { id: "u1", name: "Alice" }, at: "2026-11-21T09:00:00Z", reason: null };
  const { become, card } = show(question({ state: "answered", decision: { kind: "respond", ...by } }));
  expect(card().textContent).toContain("Toolbox asksanswered by you");
  become(question({ state: "rejected", decision: { kind: "reject", ...by } }));
  expect(card().textContent).toContain("declined by you");
  become(question({ state: "expired" }));
  expect(card().textContent).toContain("nobody answered");
  become(question({ state: "cancelled" }));
  expect(card().textContent).toContain("no longer asked");
});
