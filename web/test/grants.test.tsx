import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { Permissions } from "@/features/grants/Permissions";
import { definitionOf } from "@/lib/targets";
import { aGrant, bob, me, members, noteTool, targets } from "./policyFixtures";
import { answers, refusal, shown } from "./server";

const base = { "GET /api/tool-classes": { tools: [noteTool] }, "GET /api/members": members };

function open(search = "", ...roles: string[]) {
  window.history.replaceState(null, "", `/settings/permissions${search}`);
  shown(<Permissions me={me(...roles)} targets={targets} renderData={(data) => <code>{JSON.stringify(data)}</code>} />);
}

describe("permissions", () => {
  test("say for what, for whom, how often, until when, and by whom", async () => {
    answers({ ...base, "GET /api/grants": { grants: [aGrant(), aGrant({ id: "g2", state: "void", scope: "always", thread_id: null })] } });
    open("", "member");
    const cards = await screen.findAllByRole("article", { name: "Permission: Write a note on Toolbox", hidden: true });
    const [first, second] = cards;
    for (const words of ["The same arguments, one chat, for you", '{"title":"Kenji"}', "3 times, 7 left", "Bob, ", "live"]) expect(first?.textContent).toContain(words);
    expect(within(first as HTMLElement).getByRole("link", { name: "Notes" }).getAttribute("href")).toBe("/c/t1");
    expect(second?.textContent).toContain("void: the tool has changed");
    expect(within(second as HTMLElement).queryByRole("button", { hidden: true })).toBeNull();
  });

  test("are revoked after a word on what that means", async () => {
    let state: "live" | "revoked" = "live";
    const asked = answers({ ...base, "GET /api/grants": () => ({ grants: [aGrant({ state })] }), "DELETE /api/grants/g1": () => ((state = "revoked"), null) });
    open("", "member");
    await userEvent.click(await screen.findByRole("button", { name: "Revoke the permission for Write a note" }));
    expect(document.body.textContent).toContain("The next call asks again.");
    expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Revoke now" }));
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("button", { name: "Revoke now" })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Revoke the permission for Write a note" }));
    await userEvent.click(screen.getByRole("button", { name: "Revoke now" }));
    await screen.findByText("Ended (1)");
    expect(screen.getByText("No permissions")).toBeTruthy();
  });

  test("that others gave to everybody are not a member's to revoke", async () => {
    answers({ ...base, "GET /api/grants": { grants: [aGrant({ user: null, scope: "everybody", thread_id: null, arguments: null })] } });
    open("", "member");
    await screen.findByText("Everybody, every chat");
    expect(screen.queryByRole("button", { name: /^Revoke/ })).toBeNull();
  });

  test("of everybody are for owners and admins", async () => {
    const asked = answers({ ...base, "GET /api/grants": { grants: [aGrant({ user: bob })] } });
    open("?of=everybody", "admin");
    await screen.findByText("The same arguments, one chat, for Bob");
    expect(asked.some(({ url }) => url === "/api/grants?scope=tenant")).toBe(true);
    expect(screen.getByRole("link", { name: "Everybody’s" }).getAttribute("aria-current")).toBe("page");
  });

  test("are not asked for everybody's by members", async () => {
    const asked = answers({ ...base, "GET /api/grants": { grants: [] } });
    open("?of=everybody", "member");
    await screen.findByText("No permissions");
    expect(asked.filter(({ url }) => url.startsWith("/api/grants")).map(({ url }) => url)).toEqual(["/api/grants?scope=mine"]);
    expect(asked.some(({ url }) => url === "/api/members")).toBe(false);
  });

  test("are given for a tool's definition, within bounds; a refusal keeps what was written", async () => {
    const asked = answers({ ...base, "GET /api/grants": { grants: [] }, "POST /api/grants": refusal(403, "grant_refused", "“Notes need two” permits none.", { rule: "Notes need two" }) });
    open("", "owner");
    await userEvent.click(await screen.findByRole("button", { name: "Give a permission" }));
    await userEvent.selectOptions(await screen.findByLabelText("Server"), "toolbox");
    await userEvent.selectOptions(screen.getByLabelText("Tool"), "write_note");
    await userEvent.selectOptions(screen.getByLabelText("For whom"), "everybody");
    await userEvent.type(screen.getByLabelText(/^How often/), "5");
    await userEvent.click(screen.getByRole("checkbox", { name: "Also when nobody looks on" }));
    await userEvent.click(screen.getByRole("button", { name: "Give permission" }));
    await screen.findByText("Not given: “Notes need two” permits none.");
    expect(asked.findLast(({ method }) => method === "POST")?.body).toEqual({
      server: "toolbox",
      tool: "write_note",
      definition_hash: "ab".repeat(32),
      user_id: null,
      days: 30,
      uses: 5,
      unattended: true,
    });
    expect(screen.getByLabelText(/^How often/)).toHaveProperty("value", "5");
  });

  test("are not sent with days that there are not", async () => {
    const asked = answers({ ...base, "GET /api/grants": { grants: [] } });
    open("", "member");
    await userEvent.click(await screen.findByRole("button", { name: "Give a permission" }));
    await userEvent.selectOptions(await screen.findByLabelText("Server"), "toolbox");
    await userEvent.selectOptions(screen.getByLabelText("Tool"), "write_note");
    expect(screen.queryByLabelText("For whom")).toBeNull();
    const days = screen.getByLabelText(/^For how many days/);
    await userEvent.clear(days);
    await userEvent.type(days, "31");
    await userEvent.click(screen.getByRole("button", { name: "Give permission" }));
    await waitFor(() => expect(days.getAttribute("aria-invalid")).toBe("true"));
    expect(asked.some(({ method }) => method === "POST")).toBe(false);
  });
});

describe("a tool's definition in a toolset", () => {
  const named = (name: string) => ({ ...targets.toolset[0], name, server: "s" }) as (typeof targets.toolset)[0];

  test("is found by its plain name, or by the hashed name that models need", () => {
    const toolset = [named("s__a_b"), named("s__a_b_0123abcd"), named("s__other")];
    expect(definitionOf(toolset, "s", "a_b")?.name).toBe("s__a_b");
    expect(definitionOf(toolset, "s", "a.b")?.name).toBe("s__a_b_0123abcd");
    expect(definitionOf(toolset, "t", "a_b")).toBeNull();
    expect(definitionOf([...toolset, named("s__a_b_ffffffff")], "s", "a.b")).toBeNull();
  });
});
