import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { PolicyPage } from "@/app/PolicyPage";
import { Policies } from "@/features/policy/Policies";
import type { Rule } from "@/lib/policyProtocol";
import { aRule, explanation, me, members, noteTool, targets } from "./policyFixtures";
import { answers, refusal, shown } from "./server";

const policy = (...rules: Rule[]) => ({ "GET /api/policies": { version: "1.7", rules }, "GET /api/tool-classes": { tools: [noteTool] }, "GET /api/members": members });
const text = () => document.body.textContent;
const lastOf = (asked: { method: string; url: string; body: unknown }[], method: string) => asked.findLast((one) => one.method === method);

function open(search = "", ...roles: string[]) {
  window.history.replaceState(null, "", `/admin/policies${search}`);
  shown(<Policies me={me(...(roles.length > 0 ? roles : ["owner"]))} targets={targets} renderArguments={() => <p>the form of the arguments</p>} />);
}

beforeEach(() => localStorage.clear());

describe("the rules", () => {
  test("are read in words: about what, when, who decides, and until when", async () => {
    answers(policy(aRule(), aRule({ id: "r2", layer: "platform", name: "Nothing leaves", verdict: "deny", approvers: null, expiry: null, may_change: false })));
    open();
    const row = await screen.findByRole("listitem", { name: "Notes need two" });
    await within(row).findByText(/needs 2 of approvers, Bob, not the requester/);
    for (const words of ["Ask", "Write a note on Toolbox", 'arguments.title != ""', "after 90 minutes the run is cancelled", "no permission skips it", "Last changed by Alice"]) {
      expect(row.textContent).toContain(words);
    }
    const operators = screen.getByRole("listitem", { name: "Nothing leaves" });
    expect(operators.textContent).toContain("can’t be changed here");
    expect(within(operators).queryByRole("switch")).toBeNull();
    const headings = screen.getAllByRole("heading", { level: 2 }).map((heading) => heading.textContent);
    expect(headings).toEqual(["Set by the operator", "Organisation"]);
    expect(text()).toContain("Deny beats ask, and ask beats allow");
  });

  test("are switched by the server's word, not by the click", async () => {
    let enabled = true;
    const asked = answers({
      ...policy(),
      "GET /api/policies": () => ({ version: "1.7", rules: [aRule({ enabled })] }),
      "PATCH /api/policies/r1": () => refusal(503, "unavailable", "The database does not answer."),
    });
    open();
    const toggle = await screen.findByRole("switch", { name: "Notes need two is switched on" });
    await userEvent.click(toggle);
    expect(lastOf(asked, "PATCH")).toEqual({ method: "PATCH", url: "/api/policies/r1", body: { enabled: false } });
    expect(toggle.getAttribute("aria-checked")).toBe("true");
    enabled = false;
    await userEvent.click(toggle);
    await waitFor(() => expect(toggle.getAttribute("aria-checked")).toBe("false"));
  });

  test("are deleted by a dialog that names the rule", async () => {
    let rules = [aRule()];
    const asked = answers({ ...policy(), "GET /api/policies": () => ({ version: "1", rules }), "DELETE /api/policies/r1": () => ((rules = []), null) });
    HTMLDialogElement.prototype.showModal = function show() {
      this.open = true;
    };
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Delete Notes need two" }));
    const dialog = screen.getByRole("dialog", { name: "Delete “Notes need two”?" });
    expect(lastOf(asked, "DELETE")).toBeUndefined();
    await userEvent.click(within(dialog).getByRole("button", { name: "Delete" }));
    await screen.findByText("No rules yet");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  test("of others are only read by members, who may add stricter ones about themselves", async () => {
    const asked = answers({ ...policy(aRule({ may_change: false })), "POST /api/policies": aRule() });
    open("", "member");
    await screen.findByRole("listitem", { name: "Notes need two" });
    expect(screen.queryByRole("switch")).toBeNull();
    expect(asked.some(({ url }) => url === "/api/members")).toBe(false);
    await userEvent.click(screen.getByRole("link", { name: "New rule" }));
    expect(within(screen.getByLabelText("Where it stands")).getAllByRole("option").map((option) => option.textContent)).toEqual(["Me", "One of my chats"]);
    expect(screen.getAllByRole("radio").map((radio) => radio.closest("label")?.textContent)).not.toContain("Allow: runs without asking");
    expect(screen.queryByRole("button", { name: "Try on recorded calls" })).toBeNull();
    await userEvent.type(screen.getByLabelText("Name"), "No notes");
    await userEvent.click(screen.getByRole("radio", { name: /^Deny/ }));
    await userEvent.click(screen.getByRole("button", { name: "Create rule" }));
    expect(lastOf(asked, "POST")?.body).toMatchObject({ layer: "user", user_id: "u1", verdict: "deny", approvers: null, expiry: null });
  });
});

describe("the editor", () => {
  test("sends a rule with approvers and an expiry exactly as the wire has it", async () => {
    const asked = answers({ ...policy(), "POST /api/policies": aRule() });
    open("?rule=new");
    await userEvent.type(await screen.findByLabelText("Name"), "Careful");
    await userEvent.selectOptions(screen.getByLabelText("Where it stands"), "tool");
    await userEvent.selectOptions(screen.getByLabelText("Server"), "toolbox");
    await userEvent.selectOptions(screen.getByLabelText("Tool"), "write_note");
    await userEvent.click(screen.getByRole("button", { name: "Nobody looks on" }));
    await userEvent.click(screen.getByRole("radio", { name: "Approvers" }));
    await userEvent.click(await screen.findByRole("checkbox", { name: "Bob" }));
    await userEvent.clear(screen.getByLabelText("How many different people"));
    await userEvent.type(screen.getByLabelText("How many different people"), "2");
    expect(screen.getByRole("checkbox", { name: "Permissions may skip it" })).toHaveProperty("disabled", true);
    await userEvent.click(screen.getByRole("radio", { name: "After a time of its own" }));
    await userEvent.selectOptions(screen.getByLabelText("What happens then"), "escalate");
    await userEvent.click(screen.getByRole("button", { name: "Create rule" }));
    expect(lastOf(asked, "POST")).toEqual({
      method: "POST",
      url: "/api/policies",
      body: {
        layer: "tool",
        name: "Careful",
        server: "toolbox",
        tool: "write_note",
        user_id: null,
        thread_id: null,
        verdict: "ask",
        condition: 'unattended && tool.risk != "reads"',
        approvers: { roles: ["approver"], users: ["u2"], count: 2, not_requester: true },
        expiry: { minutes: 60, then: "escalate", extend: true, to: { roles: ["owner", "admin"], users: [], count: 1, not_requester: true } },
        grants: false, critical: false,
        note: "",
        enabled: true,
      },
    });
    await waitFor(() => expect(window.location.search).toBe(""));
    expect(localStorage.getItem("interlock.rule.new")).toBeNull();
  });

  test("shows where a condition went wrong, and keeps what was written", async () => {
    const wrong = { field: "/condition", message: "mismatched input ')'", line: 2, column: 4 };
    answers({ ...policy(aRule({ condition: "unattended ||\n!x )" })), "PATCH /api/policies/r1": refusal(422, "invalid_condition", "No CEL.", { errors: [wrong] }) });
    open("?rule=r1");
    await userEvent.click(await screen.findByRole("button", { name: "Save changes" }));
    const field = await screen.findByRole("textbox", { name: "Only when (condition)", description: /Line 2, column 4: mismatched input/ });
    expect(field.getAttribute("aria-invalid")).toBe("true");
    await waitFor(() => expect(document.activeElement).toBe(field));
    const place = screen.getByRole("group", { name: "Where it went wrong: line 2, column 4" });
    expect(place.textContent).toBe("!x )");
    expect(place.querySelector("mark")?.textContent).toBe(")");
    expect(field).toHaveProperty("value", "unattended ||\n!x )");
  });

  test("puts a refusal beside the field that it is about", async () => {
    answers({ ...policy(aRule()), "PATCH /api/policies/r1": refusal(409, "name_taken", "There is a rule “Notes need two” already.") });
    open("?rule=r1");
    await userEvent.click(await screen.findByRole("button", { name: "Save changes" }));
    await screen.findByRole("textbox", { name: "Name", description: /There is a rule “Notes need two” already/ });
  });

  test("says what is missing without asking the server", async () => {
    const asked = answers(policy());
    open("?rule=new");
    await userEvent.selectOptions(await screen.findByLabelText("Where it stands"), "server");
    await userEvent.click(screen.getByRole("button", { name: "Create rule" }));
    expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByLabelText("Server").getAttribute("aria-invalid")).toBe("true");
    expect(lastOf(asked, "POST")).toBeUndefined();
  });

  test("tries a rule on recorded calls, in place of the one that is edited", async () => {
    const call = { id: "c1", at: "2026-11-20T09:00:00Z", server: "toolbox", tool: "write_note", arguments: { title: "x" }, requester: { id: "u2", name: "Bob" }, before: "allow", after: "ask" };
    const asked = answers({ ...policy(aRule()), "POST /api/policies/simulate": { looked_at: 120, truncated: true, changed: 1, calls: [call] } });
    open("?rule=r1");
    await userEvent.click(await screen.findByRole("button", { name: "Try on recorded calls" }));
    await screen.findByText("1 of 120 calls would have been judged differently.");
    expect(lastOf(asked, "POST")?.body).toMatchObject({ replaces: "r1", rule: { name: "Notes need two", verdict: "ask" }, from: expect.stringMatching(/Z$/) });
    const cells = within(screen.getByRole("table", { name: "Calls that would have been judged differently" })).getAllByRole("cell");
    expect(cells.slice(1).map((cell) => cell.textContent)).toEqual(["Write a note on Toolbox", "Bob", '{"title":"x"}', "Allow", "Ask"]);
    expect(text()).toContain("these are the newest");
    await userEvent.type(screen.getByLabelText("Note"), "!");
    expect(text()).toContain("The rule was changed since it was tried.");
  });
});

describe("the question why", () => {
  test("shows the verdict, the terms, and the rule that decided", async () => {
    const asked = answers({ ...policy(aRule()), "POST /api/policies/explain": explanation });
    open("?view=explain");
    await userEvent.selectOptions(await screen.findByLabelText("Server"), "toolbox");
    await userEvent.selectOptions(screen.getByLabelText("Tool"), "write_note");
    expect(text()).toContain("the form of the arguments");
    await userEvent.selectOptions(screen.getByLabelText("For whom"), "u2");
    await userEvent.click(screen.getByRole("button", { name: "What would happen?" }));
    await screen.findByRole("heading", { name: "The verdict" });
    expect(lastOf(asked, "POST")?.body).toEqual({ server: "toolbox", tool: "write_note", arguments: { title: "" }, user_id: "u2" });
    expect(text()).toContain("Decided by “Notes need two”.");
    expect(text()).toContain("needs 2 of approvers, Bob, not the requester");
    const rows = within(screen.getByRole("table", { name: "What was looked at, in order" })).getAllByRole("row").slice(1);
    expect(rows.map((row) => row.textContent?.includes("decides"))).toEqual([false, true]);
    expect(rows[0]?.textContent).toContain("does not match");
  });

  test("draws the fields of the tool's schema, and takes JSON as well", async () => {
    const [tool] = targets.toolset;
    const asked = answers({
      ...policy(aRule()),
      "POST /api/policies/explain": explanation,
      "GET /api/servers": { servers: [{ id: "toolbox", name: "Toolbox" }] },
      "GET /api/toolset": { revision: 1, tools: [tool] },
      "GET /api/threads": { threads: [], next: null },
    });
    window.history.replaceState(null, "", "/admin/policies?view=explain");
    shown(<PolicyPage me={me("owner")} />);
    await userEvent.selectOptions(await screen.findByLabelText("Server"), "toolbox");
    await userEvent.selectOptions(screen.getByLabelText("Tool"), "write_note");
    await userEvent.type(screen.getByRole("textbox", { name: "Title" }), "Kenji");
    await userEvent.click(screen.getByRole("radio", { name: "JSON" }));
    const json = screen.getByRole("textbox", { name: "Arguments (JSON)" });
    expect(JSON.parse((json as HTMLTextAreaElement).value)).toEqual({ title: "Kenji" });
    await userEvent.clear(json);
    await userEvent.type(json, "{{}");
    await userEvent.click(screen.getByRole("button", { name: "What would happen?" }));
    await waitFor(() => expect(lastOf(asked, "POST")?.body).toEqual({ server: "toolbox", tool: "write_note", arguments: {} }));
  });
});

describe("the classes of tools", () => {
  test("stand beside the server's own word, and count once they are saved", async () => {
    const saved = { ...noteTool, risk: "changes", set_by: { id: "u1", name: "Alice" }, set_at: "2026-11-20T09:00:00Z" };
    const asked = answers({ ...policy(), "PUT /api/tool-classes": saved });
    open("?view=tools");
    const table = await screen.findByRole("table", { name: "Toolbox" });
    expect(table.textContent).toContain("The server says: read-only");
    expect(text()).toContain("decides nothing");
    await userEvent.selectOptions(screen.getByLabelText("Write a note at worst"), "changes");
    expect(lastOf(asked, "PUT")).toBeUndefined();
    await userEvent.click(screen.getByRole("button", { name: "Save Write a note" }));
    await screen.findByText(/^by Alice/);
    expect(lastOf(asked, "PUT")?.body).toEqual({ server: "toolbox", tool: "write_note", effect: "at_most_once", risk: "changes" });
  });

  test("are words for members", async () => {
    answers(policy());
    open("?view=tools", "member");
    const table = await screen.findByRole("table", { name: "Toolbox" });
    expect(within(table).queryByRole("combobox")).toBeNull();
    expect(table.textContent).toContain("Not said");
  });
});
