import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { ServerDetails } from "@/features/servers/ServerDetails";
import { ServerPanel } from "@/features/servers/ServerPanel";
import { aPage, aServer, aTool } from "./serverFixtures";
import { aRule, me } from "./policyFixtures";
import { answers, refusal, shown } from "./server";

beforeEach(() => localStorage.clear());

describe("a server's page", () => {
  const page = (search: string, roles: string[], given: Record<string, unknown>) => {
    window.history.replaceState(null, "", `/servers/toolbox${search}`);
    const asked = answers({ "GET /api/servers": { servers: [] }, "GET /api/policies": { version: "1", rules: [] }, "GET /api/toolset": { revision: 1, tools: [] }, ...given });
    shown(
      <ServerDetails
        serverId="toolbox"
        me={me(...roles)}
        gone={<p>gone</p>}
        renderPage={(name, _, content) => (
          <>
            <h1>{name}</h1>
            {content}
          </>
        )}
      />,
    );
    return asked;
  };

  test("shows each tool with what it declares, its class, its flags and its verdict", async () => {
    const odd = aTool({ tool: "odd", title: null, state: "set_aside", flags: [{ kind: "invisible", message: "Its name had characters that cannot be seen." }] });
    page("?view=tools", ["owner"], { "GET /api/servers/toolbox": aPage({ tools: [aTool(), odd] }) });
    const tool = await screen.findByRole("listitem", { name: "Write a note" });
    expect(tool.textContent).toContain("Ask");
    expect(screen.getByRole("listitem", { name: "odd" }).textContent).toContain("characters that cannot be seen");
    expect(screen.getByRole("listitem", { name: "odd" }).textContent).toContain("set aside");
    await userEvent.click(within(tool).getByRole("button", { name: /^Write a note/ }));
    for (const words of ["Writes it down.", "What it is called", "The server says: read-only", "At worst: changes.", "toolbox__write_note"]) expect(tool.textContent).toContain(words);
    await userEvent.type(screen.getByLabelText("Search tools"), "odd");
    await waitFor(() => expect(screen.queryByRole("listitem", { name: "Write a note" })).toBeNull());
  });

  test("draws a thousand tools bit by bit", async () => {
    const tools = Array.from({ length: 1000 }, (_, index) => aTool({ tool: `t${index}`, title: null }));
    page("?view=tools", ["owner"], { "GET /api/servers/toolbox": aPage({ tools }) });
    await screen.findByRole("listitem", { name: "t0" });
    expect(screen.getAllByRole("listitem", { name: /^t\d+$/ })).toHaveLength(50);
    await userEvent.click(screen.getByRole("button", { name: "Show more (950 left)" }));
    expect(screen.getAllByRole("listitem", { name: /^t\d+$/ })).toHaveLength(100);
  });

  test("makes a rule of a choice, changes it, and takes it back", async () => {
    const rules: object[] = [];
    const rule = aRule({ id: "r9", layer: "tool", condition: null, approvers: null, expiry: null, verdict: "deny" });
    const asked = page("?view=tools", ["admin"], {
      "GET /api/servers/toolbox": () => aPage({ tools: [aTool({ policy: rules.length > 0 ? "deny" : "ask" })] }),
      "GET /api/policies": () => ({ version: "1", rules }),
      "POST /api/policies": () => (rules.push(rule), rule),
      "PATCH /api/policies/r9": rule,
      "DELETE /api/policies/r9": () => (rules.pop(), null),
    });
    await userEvent.click(await screen.findByRole("button", { name: /^Write a note/ }));
    const choice = await screen.findByRole("group", { name: "What happens with Write a note" });
    expect(within(choice).getByRole("button", { name: "As the rules say" }).getAttribute("aria-pressed")).toBe("true");
    await userEvent.click(within(choice).getByRole("button", { name: "Deny" }));
    await waitFor(() => expect(within(choice).getByRole("button", { name: "Deny" }).getAttribute("aria-pressed")).toBe("true"));
    expect(asked.find(({ method }) => method === "POST")?.body).toMatchObject({ layer: "tool", server: "toolbox", tool: "write_note", verdict: "deny", user_id: null });
    await waitFor(() => expect(within(choice).getByRole("button", { name: "Allow" }).getAttribute("aria-disabled")).toBe("false"));
    await userEvent.click(within(choice).getByRole("button", { name: "Allow" }));
    await waitFor(() => expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({ verdict: "allow" }));
    await waitFor(() => expect(within(choice).getByRole("button", { name: "As the rules say" }).getAttribute("aria-disabled")).toBe("false"));
    await userEvent.click(within(choice).getByRole("button", { name: "As the rules say" }));
    await waitFor(() => expect(asked.some(({ method }) => method === "DELETE")).toBe(true));
  });

  test("lets a member be stricter with themselves, and no looser", async () => {
    const asked = page("?view=tools", ["member"], { "GET /api/servers/toolbox": aPage(), "POST /api/policies": aRule() });
    await userEvent.click(await screen.findByRole("button", { name: /^Write a note/ }));
    const choice = await screen.findByRole("group", { name: "What happens with Write a note" });
    expect(within(choice).queryByRole("button", { name: "Allow" })).toBeNull();
    await userEvent.click(within(choice).getByRole("button", { name: "Deny" }));
    await waitFor(() => expect(asked.find(({ method }) => method === "POST")?.body).toMatchObject({ layer: "user", user_id: "u1", verdict: "deny" }));
  });

  test("shows what changed, word by word, and accepts it", async () => {
    const versions = [
      { hash: "b".repeat(64), state: "set_aside", seen_at: "2026-11-20T10:00:00Z", decided_by: null, decided_at: null, changes: [{ field: "description", before: "Writes it down.", after: "Writes it up\u200b." }, { field: "parameter cc", before: null, after: '{"type": "string"}' }] },
      { hash: "a".repeat(64), state: "first", seen_at: "2026-11-19T10:00:00Z", decided_by: null, decided_at: null, changes: [] },
    ];
    const server = aServer({ state: "connected", set_aside: 1, quarantined: true });
    const asked = page("?view=changes", ["owner"], {
      "GET /api/servers/toolbox": aPage({ server, tools: [aTool({ definition_hash: "b".repeat(64), state: "set_aside" })] }),
      "GET /api/servers/toolbox/definitions": { quarantined: true, may_accept: true, tools: [{ tool: "write_note", title: "Write a note", versions }] },
      "POST /api/servers/toolbox/definitions/accept": {},
    });
    const changes = await screen.findByRole("list", { name: "What changed in Write a note" });
    expect([...changes.querySelectorAll("del")].map((part) => part.textContent)).toEqual(["down"]);
    expect(changes.textContent).toContain("up⟨U+200B⟩");
    expect(changes.textContent).toContain("parameter cc · new");
    screen.getByRole("region", { name: "This server is in quarantine" });
    await userEvent.click(screen.getByRole("button", { name: "Accept the change of Write a note" }));
    await waitFor(() => expect(asked.find(({ method }) => method === "POST")?.body).toEqual({ hashes: ["b".repeat(64)] }));
  });

  test("of somebody else's server is not available", async () => {
    page("", ["owner"], { "GET /api/servers/toolbox": refusal(404, "not_found", "There is no such server.") });
    await screen.findByText("gone");
  });
});

describe("tools of a conversation", () => {
  test("are switched off and on for it alone", async () => {
    let off: string[] = [];
    const tool = { name: "toolbox__write_note", server: "toolbox", title: "Write a note", description: "", input_schema: {}, definition_hash: "", policy: "ask" };
    const asked = answers({
      "GET /api/servers": { servers: [aServer({ state: "connected" })] },
      "GET /api/toolset": { revision: 1, tools: [tool, { ...tool, name: "toolbox__clock", title: "Clock" }] },
      "GET /api/threads/t1/tools": () => ({ off, kept: ["toolbox__write_note"] }),
      "PUT /api/threads/t1/tools": ({ body }: { body: { off: string[] } }) => ({ ...body, off: (off = body.off) }),
    });
    shown(<ServerPanel threadId="t1" onClose={() => undefined} />);
    await userEvent.click(await screen.findByRole("button", { name: "Tools in this chat" }));
    await userEvent.click(await screen.findByRole("switch", { name: "Clock of Toolbox" }));
    await screen.findByText("1 of 2 tools on in this chat");
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ off: ["toolbox__clock"], kept: ["toolbox__write_note"] });
    await userEvent.type(screen.getByLabelText("Search tools"), "note");
    await waitFor(() => expect(screen.queryByRole("switch", { name: "Clock of Toolbox" })).toBeNull());
    await userEvent.click(screen.getByRole("button", { name: "Switch all on" }));
    await screen.findByText("2 of 2 tools on in this chat");
  });
});
