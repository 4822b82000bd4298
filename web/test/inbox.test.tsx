import { QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Inbox } from "@/features/approvals/Inbox";
import { useNewCalls } from "@/features/approvals/useNewCalls";
import { useAnnouncement } from "@/lib/announce";
import { useNotices } from "@/lib/notices";
import type { Call } from "@/lib/protocol";
import { aCall } from "./conversation";
import { asked, begin, bob, pass, show, signedIn } from "./shown";

vi.mock("@/lib/live/socket", async (original) => ({ ...(await original<object>()), ask: vi.fn() }));

const named = (id: string, title: string, change: Partial<Call> = {}) =>
  aCall({ id, thread_id: `t-${id}`, created_at: `2026-11-21T09:00:0${id.at(-1)}Z`, tool: { ...aCall().tool, title }, ...change });
const counts = { mine: 2, tenant: 3, unattended: 0 };
let waiting: Call[] = [];
let requests: string[] = [];

beforeEach(() => {
  begin();
  vi.stubGlobal("matchMedia", () => ({ matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
  window.history.replaceState(null, "", "/approvals");
  waiting = [named("c1", "Send mail"), named("c2", "Book room")];
  requests = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url) => {
    const address = String(url);
    requests.push(address);
    const one = /\/approvals\/([^?]+)$/.exec(address)?.[1];
    if (one) return Response.json(waiting.find((call) => call.id === one) ?? named(one, "Elsewhere"));
    return Response.json({ approvals: waiting.filter(({ state }) => address.includes(`state=${state}&`)), counts });
  });
});

function open(mayAll = true) {
  const client = signedIn();
  const drawn = render(
    <QueryClientProvider client={client}>
      <Inbox mayAll={mayAll} servers={[{ value: "toolbox", name: "Toolbox" }]} />
    </QueryClientProvider>,
  );
  return { client, ...drawn };
}

const rows = () => within(screen.getByRole("list", { name: "Calls that wait" })).getAllByRole("link");
const chosen = () => rows().find((row) => row.getAttribute("aria-current"))?.textContent ?? "";
const detail = () => screen.getByRole("region", { name: "The chosen call" });

describe("the inbox", () => {
  test("shows the oldest call whole, and the others as lines", async () => {
    open();
    expect((await screen.findByRole("article")).getAttribute("aria-label")).toBe("Approval: Send mail");
    expect(rows()).toHaveLength(2);
    expect(chosen()).toContain("Send mail");
    expect(within(detail()).getByRole("button", { name: "Approve once" })).toBeTruthy();
  });

  test("has the views of a team for who may see them, with their counts", async () => {
    const { unmount } = open();
    await screen.findByRole("link", { name: "Mine (2)" });
    await userEvent.click(screen.getByRole("link", { name: "Team (3)" }));
    expect(window.location.search).toContain("view=tenant");
    await waitFor(() => expect(requests.some((url) => url.includes("scope=tenant"))).toBe(true));
    unmount();
    open(false);
    await screen.findByRole("article");
    expect(screen.queryByRole("link", { name: /Team/ })).toBeNull();
    expect(requests.at(-1)).not.toContain("scope=tenant");
  });

  test("keeps its filters in the address, and says so where nothing fits", async () => {
    open();
    await screen.findByRole("article");
    waiting = [];
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Risk" }), "Changes");
    expect(window.location.search).toContain("risk=changes");
    expect(await screen.findByText("No call matches the filters.")).toBeTruthy();
    expect(requests.some((url) => url.includes("risk=changes"))).toBe(true);
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Waiting" }), "1 hour or more");
    await waitFor(() => expect(requests.some((url) => url.includes("older_than_minutes=60"))).toBe(true));
    await userEvent.click(screen.getAllByRole("button", { name: "Clear filters" })[0] as HTMLElement);
    expect(window.location.search).not.toContain("risk");
    expect(await screen.findByRole("article", { name: "Approval: Send mail" })).toBeTruthy();
  });

  test("leads on where nothing waits", async () => {
    waiting = [];
    const { unmount } = open();
    expect(await screen.findByText("Nothing waits for you.")).toBeTruthy();
    expect(screen.getByRole("link", { name: "See the 3 calls that wait in the team" }).getAttribute("href")).toBe("/approvals?view=tenant");
    unmount();
    open(false);
    expect((await screen.findByRole("link", { name: "Start a new chat" })).getAttribute("href")).toBe("/c/new");
  });

  test("is gone through by J and K, and Enter goes to the card; no letter decides in the list", async () => {
    open();
    await screen.findByRole("article");
    fireEvent.keyDown(document.body, { key: "j" });
    expect(chosen()).toContain("Book room");
    expect(document.activeElement).toBe(rows()[1]);
    fireEvent.keyDown(rows()[1] as HTMLElement, { key: "a" });
    expect(asked).not.toHaveBeenCalled();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Approval: Book room"));
    fireEvent.keyDown(document.activeElement as HTMLElement, { key: "k" });
    expect(chosen()).toContain("Send mail");
    screen.getByRole("combobox", { name: "Server" }).focus();
    fireEvent.keyDown(screen.getByRole("combobox", { name: "Server" }), { key: "j" });
    expect(chosen()).toContain("Send mail");
  });

  test("goes on to the next call when one is decided, which is quiet for a moment", async () => {
    open();
    await screen.findByRole("article");
    pass(1000);
    asked.mockImplementation(async () => ({ call: { ...(waiting[0] as Call), state: "approved" } }));
    fireEvent.click(screen.getByRole("button", { name: "Approve once" }));
    await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Approval: Book room"));
    fireEvent.click(screen.getByRole("button", { name: "Approve once" }));
    expect(asked).toHaveBeenCalledOnce();
  });

  test("keeps showing the chosen call when it is decided elsewhere", async () => {
    const { client } = open();
    await screen.findByRole("article");
    const gone = { ...(waiting[0] as Call), state: "rejected" as const, decision: { kind: "reject" as const, by: bob, at: "2026-11-21T09:01:00Z", reason: null } };
    waiting = [waiting[1] as Call, gone];
    await act(() => client.invalidateQueries({ queryKey: ["approvals"] }));
    await waitFor(() => expect(rows()).toHaveLength(1));
    await waitFor(() => expect(within(detail()).getByRole("article").textContent).toContain("rejected by Bob"));
  });
});

describe("news of what waits", () => {
  function News({ calls }: { calls: Call[] | undefined }) {
    useNewCalls(calls, "u1");
    return null;
  }
  const texts = () => useNotices.getState().notices.map(({ text, to }) => [text, to?.href]);
  const said = () => useAnnouncement.getState().text;

  beforeEach(() => {
    useNotices.setState({ notices: [] });
    useAnnouncement.setState({ text: "", turn: 0 });
    window.history.replaceState(null, "", "/c/t-c1");
  });

  test("tells once of what is new in another place, leads there, and takes it back when it is settled", () => {
    const others = named("c3", "Wire money", { requester: bob });
    const { rerender } = render(<News calls={undefined} />);
    rerender(<News calls={[named("c2", "Book room")]} />);
    expect(texts()).toEqual([]);
    rerender(<News calls={[named("c1", "Here"), named("c2", "Book room"), others]} />);
    expect(texts()).toEqual([["Bob needs a decision: Wire money on Toolbox.", "/approvals?call=c3"]]);
    expect(said()).toBe("Bob needs a decision: Wire money on Toolbox.");
    const { turn } = useAnnouncement.getState();
    rerender(<News calls={[named("c2", "Book room"), others]} />);
    expect(useAnnouncement.getState().turn).toBe(turn);
    rerender(<News calls={[named("c2", "Book room")]} />);
    expect(texts()).toEqual([]);
  });

  test("leads to one's own conversation, says nothing of what others decide, and counts where there is much", () => {
    const { rerender } = render(<News calls={[]} />);
    rerender(<News calls={[named("c2", "Book room"), named("c3", "Not mine", { may: { decide: false, rule: "R", extend: false, remember: [] } })]} />);
    expect(texts()).toEqual([["Book room on Toolbox waits for you.", "/c/t-c2"]]);
    rerender(<News calls={["c2", "c4", "c5", "c6"].map((id) => named(id, id))} />);
    expect(texts().at(-1)).toEqual(["3 more calls wait for you.", "/approvals"]);
  });
});

test("a card in the list of others says for whom it is", () => {
  show(named("c9", "Wire money", { requester: bob }));
  expect(screen.getByText("For Bob")).toBeTruthy();
});

test("what is one's own and others decide stands below what one decides", async () => {
  const needs = [{ rule: "Four eyes", roles: ["approver"], users: [], count: 1, not_requester: true }];
  waiting = [named("c1", "Wire money", { may: { decide: false, rule: "Four eyes", extend: false, remember: [] }, needs }), named("c2", "Book room")];
  open(false);
  expect((await screen.findByRole("article")).getAttribute("aria-label")).toBe("Approval: Book room");
  expect(screen.getAllByRole("heading", { level: 2 }).map((heading) => heading.textContent)).toEqual(["1 waits for you", "1 of yours waits for others"]);
  fireEvent.keyDown(document.body, { key: "j" });
  expect((await screen.findByRole("article", { name: "Approval: Wire money" })).textContent).toContain("You cannot decide this");
});
