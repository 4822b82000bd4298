import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { byUse, inOrder, matching } from "@/features/servers/attention";
import { readEntries } from "@/features/servers/readEntries";
import { ServerForm } from "@/features/servers/ServerForm";
import { ServerList } from "@/features/servers/ServerList";
import { Exchange } from "@/features/servers/Exchange";
import { aPage, aServer, aTool } from "./serverFixtures";
import { answers, refusal, shown } from "./server";

beforeEach(() => {
  localStorage.clear();
  window.history.replaceState(null, "", "/servers");
});

const row = (name: string) => screen.getByRole("listitem", { name });

describe("the list of servers", () => {
  test("is searched by every word, narrowed by category, and begins with what is connected", () => {
    const servers = [aServer({ id: "a", name: "Alpha", categories: ["Mail"] }), aServer({ id: "b", name: "Beta", state: "error" }), aServer({ id: "c", name: "Gamma", state: "connected" })];
    expect(byUse(servers)).toEqual(["c", "b", "a"]);
    expect(inOrder([...servers, aServer({ id: "new" })], ["c", "b", "a"]).map(({ id }) => id)).toEqual(["c", "b", "a", "new"]);
    expect(matching(servers, "clocks MAIL", "").map(({ id }) => id)).toEqual(["a"]);
    expect(matching(servers, "", "Mail").map(({ id }) => id)).toEqual(["a"]);
    expect(matching(servers, "clocks nothing", "")).toEqual([]);
  });

  test("says for each how it stands and what to do", async () => {
    const soon = new Date(Date.now() + 20_000).toISOString();
    answers({
      "GET /api/servers": {
        servers: [
          aServer({ id: "1", name: "Works", state: "connected", tools: 2, set_aside: 1 }),
          aServer({ id: "2", name: "Fails", state: "error", message: "It does not answer. Ask whoever runs it.", retry_at: soon }),
          aServer({ id: "3", name: "Locked", state: "off", auth: "oauth", login: "expired" }),
          aServer({ id: "4", name: "Keyed", state: "sign_in", auth: "headers" }),
          aServer({ id: "5", name: "Strange", state: "connected", quarantined: true, set_aside: 4 }),
        ],
      },
    });
    shown(<ServerList />);
    await screen.findByText("Connected, 2 tools");
    expect(within(row("Works")).getByRole("link", { name: "1 tool changed: set aside" }).getAttribute("href")).toBe("/servers/1?view=changes");
    expect(row("Fails").textContent).toMatch(/Failing, tried again in (19|20) s/);
    expect(row("Fails").textContent).toContain("Ask whoever runs it.");
    within(row("Fails")).getByRole("button", { name: "Retry Fails" });
    expect(row("Locked").textContent).toContain("Your sign-in has expired. Sign in again, and it connects.");
    within(row("Locked")).getByRole("button", { name: "Sign in to Locked" });
    expect(row("Keyed").textContent).toContain("Change it on the server’s page.");
    expect(row("Strange").textContent).toContain("Quarantined: too much of it changed at once");
  });
});

describe("signing in", () => {
  const list = { "GET /api/servers": { servers: [aServer({ auth: "oauth", login: "missing" })] } };
  const page = { document: { body: { textContent: "" } }, location: { replace: vi.fn() }, close: vi.fn() };

  const signIn = async () => {
    shown(<ServerList />);
    await userEvent.click(await screen.findByRole("button", { name: "Sign in to Toolbox" }));
  };

  test("opens a window, and says where it leads", async () => {
    const asked = answers({ ...list, "POST /api/servers/toolbox/login": { url: "https://login.example/authorize?x", host: "login.example" } });
    vi.spyOn(window, "open").mockReturnValue(page as unknown as Window);
    await signIn();
    await screen.findByText(/^Sign in at login\.example,/);
    expect(page.location.replace).toHaveBeenCalledWith("https://login.example/authorize?x");
    expect(asked.at(-1)?.body).toEqual({ page: "/servers", popup: true });
  });

  test("goes on in this window where none may be opened", async () => {
    const asked = answers({ ...list, "POST /api/servers/toolbox/login": refusal(502, "login_unreachable", "login.example does not answer.") });
    vi.spyOn(window, "open").mockReturnValue(null);
    await signIn();
    await screen.findByText("The sign-in page could not be opened: login.example does not answer.");
    expect(asked.at(-1)?.body).toEqual({ page: "/servers", popup: false });
  });

  test("never follows an address that is none of the web, and closes its window", async () => {
    answers({ ...list, "POST /api/servers/toolbox/login": { url: "javascript:alert(1)", host: "" } });
    vi.spyOn(window, "open").mockReturnValue(page as unknown as Window);
    page.location.replace.mockReset();
    await signIn();
    await screen.findByRole("alert");
    expect(page.location.replace).not.toHaveBeenCalled();
    expect(page.close).toHaveBeenCalled();
  });
});

describe("entering a server", () => {
  const base = { "GET /api/servers/policy": { personal: "allow_list", hosts: ["mcp.example.com"] } };
  const form = (done = vi.fn()) => {
    shown(<ServerForm page={null} manages={false} backHref="/servers" onDone={done} />);
    return done;
  };

  test("says what is missing at its field, and sends nothing", async () => {
    const asked = answers(base);
    form();
    await screen.findByText("Servers of your own may be at: mcp.example.com");
    await userEvent.click(screen.getByRole("radio", { name: /^A secret header/ }));
    await userEvent.type(screen.getByLabelText("Address"), "ftp://x");
    await userEvent.click(screen.getByRole("button", { name: "Add server" }));
    screen.getByText("This is needed.");
    screen.getByText("This has to be an address that begins with https:// (or http://).");
    screen.getByText("Name at least one header.");
    expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Name")));
  });

  test("shows a refusal at its field, loses nothing, and keeps no secret in the browser", async () => {
    let refused = true;
    const answer = () => (refused ? refusal(422, "address_refused", "10.0.0.1 is refused by the rule “no private networks”.") : aServer({ id: "srv-a", name: "Mine" }));
    const asked = answers({ ...base, "POST /api/servers": answer, "POST /api/servers/test": { state: "connected", tools: [aTool()] } });
    const done = form();
    await userEvent.type(screen.getByLabelText("Name"), "Mine");
    await userEvent.type(screen.getByLabelText("Address"), "https://10.0.0.1/mcp");
    await userEvent.click(screen.getByRole("radio", { name: /^A secret header/ }));
    await userEvent.click(screen.getByRole("button", { name: "Add a header" }));
    await userEvent.type(screen.getByLabelText("Header 1"), "X-Key");
    await userEvent.type(screen.getByLabelText("Value of X-Key"), "s3cret");
    await userEvent.click(screen.getByRole("button", { name: "Add server" }));
    const said = await screen.findByText(/no private networks/);
    expect(screen.getByLabelText("Address").getAttribute("aria-describedby")).toContain(said.id);
    expect(JSON.stringify(localStorage)).not.toContain("s3cret");
    expect(localStorage.getItem("interlock.server.new")).toContain("X-Key");

    await userEvent.click(screen.getByRole("button", { name: "Test" }));
    await screen.findByText("It answers and offers 1 tool.");
    refused = false;
    await userEvent.type(screen.getByLabelText("Categories"), "Mail, Work");
    screen.getByText("This was changed since it was tested.");
    await userEvent.click(screen.getByRole("button", { name: "Add server" }));
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(asked.findLast(({ method }) => method === "POST")?.body).toEqual({
      name: "Mine",
      description: "",
      icon: null,
      categories: ["Mail", "Work"],
      transport: "http",
      url: "https://10.0.0.1/mcp",
      auth: "headers",
      headers: { "X-Key": "s3cret" },
      scope: "personal",
    });
    expect(localStorage.getItem("interlock.server.new")).toBeNull();
  });

  test("again keeps the values that are there", async () => {
    const server = aServer({ id: "srv-a", name: "Mine", origin: "personal", auth: "headers" });
    const asked = answers({ ...base, "PATCH /api/servers/srv-a": server });
    const done = vi.fn();
    const page = aPage({ server, url: "https://mcp.example.com/mcp", headers: ["X-Key"], may: { change: true, accept: true } });
    shown(<ServerForm page={page} manages={false} backHref="/servers/srv-a" onDone={done} />);
    expect(screen.getByRole("button", { name: "Test" }).getAttribute("aria-disabled")).toBe("true");
    await userEvent.click(screen.getByRole("button", { name: "Save changes" }));
    await waitFor(() => expect(done).toHaveBeenCalled());
    expect(asked.find(({ method }) => method === "PATCH")?.body).toMatchObject({ headers: { "X-Key": null } });
    expect(asked.find(({ method }) => method === "PATCH")?.body).not.toHaveProperty("scope");
  });
});

describe("import", () => {
  test("reads what other clients write", () => {
    expect(readEntries('{"mcpServers": {"a": {"url": "https://x"}}}')).toEqual({ entries: { a: { url: "https://x" } } });
    expect(readEntries('{"a": {"url": "https://x"}}')).toEqual({ entries: { a: { url: "https://x" } } });
    expect(readEntries("{")).toHaveProperty("wrong");
    expect(readEntries('{"mcpServers": []}')).toEqual({ wrong: "There is no entry under mcpServers." });
  });

  test("says what came of each entry", async () => {
    const refused = [{ name: "shell", code: "invalid", message: "Entries that start programs are the operator's." }];
    const asked = answers({ "POST /api/servers/import": { servers: [aServer({ id: "srv-a", name: "remote" })], refused } });
    shown(<Exchange manages />);
    await userEvent.click(screen.getByLabelText("JSON"));
    await userEvent.paste('{"mcpServers": {"remote": {"url": "https://x"}, "shell": {"command": "sh"}}}');
    await userEvent.click(screen.getByRole("button", { name: "Import" }));
    await screen.findByText("1 added, 1 refused.");
    expect(screen.getByRole("table").textContent).toContain("refused: Entries that start programs are the operator's.");
    expect(asked.at(0)?.body).toMatchObject({ scope: "tenant", mcpServers: { shell: { command: "sh" } } });
    expect(screen.getByRole("link", { name: "Download" }).getAttribute("href")).toBe("/api/servers/export?scope=tenant");
    expect(JSON.stringify(localStorage)).not.toContain("https://x");
  });
});
