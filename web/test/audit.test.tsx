import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { RecordPage } from "@/app/RecordPage";
import { Audit } from "@/features/audit/Audit";
import { isoTime, localTime } from "@/features/audit/filter";
import { anEntry, me, members } from "./policyFixtures";
import { answers, shown } from "./server";

const head = { seq: 3, hash: "ef".repeat(32) };

function open(search = "") {
  window.history.replaceState(null, "", `/audit${search}`);
  shown(<Audit renderData={(data) => <code>{JSON.stringify(data)}</code>} />);
}

describe("the record", () => {
  test("is read newest first, page by page, and each entry opens", async () => {
    const asked = answers({
      "GET /api/members": members,
      "GET /api/audit": { entries: [anEntry(3), anEntry(2, { actor: null, action: "call.expired" })], next: 2, head },
      "GET /api/audit?before=2": { entries: [anEntry(1)], next: null, head },
    });
    open();
    const entry = await screen.findByRole("button", { name: "Entry 3" });
    expect(screen.getAllByRole("row")[2]?.textContent).toContain("Interlockcall.expired");
    expect(document.body.textContent).toContain(`The chain ends at entry 3, hash ${head.hash}`);
    await userEvent.click(entry);
    const details = screen.getByRole("region", { name: "Details of entry 3" });
    for (const words of ["2026-11-21T09:00:00.123456+00:00", "g3", "Alice (u1)", "cd".repeat(32), '{"days":30}']) expect(details.textContent).toContain(words);
    await userEvent.click(screen.getByRole("button", { name: "Show older" }));
    await screen.findByRole("button", { name: "Entry 1" });
    expect(screen.queryByRole("button", { name: "Show older" })).toBeNull();
    expect(asked.filter(({ url }) => url.startsWith("/api/audit")).map(({ url }) => url)).toEqual(["/api/audit", "/api/audit?before=2"]);
  });

  test("is narrowed by filters that stand in the address", async () => {
    const asked = answers({ "GET /api/members": members, "GET /api/audit": { entries: [], next: null, head } });
    open("?action=grant.given");
    await screen.findByText("Nothing matches.");
    expect(screen.getByLabelText("Action")).toHaveProperty("value", "grant.given");
    await userEvent.selectOptions(screen.getByLabelText("Who"), "u2");
    await userEvent.type(screen.getByLabelText("Target"), "g7");
    await userEvent.click(screen.getByRole("button", { name: "Show" }));
    await waitFor(() => expect(asked.at(-1)?.url).toBe("/api/audit?actor=u2&action=grant.given&target=g7"));
    expect(window.location.search).toBe("?actor=u2&action=grant.given&target=g7");
    await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
    await waitFor(() => expect(window.location.search).toBe(""));
    expect(screen.getByLabelText("Target")).toHaveProperty("value", "");
  });

  test("is taken out as a file, with how to check it", async () => {
    answers({ "GET /api/members": members, "GET /api/audit": { entries: [], next: null, head: { seq: 0, hash: "" } } });
    open();
    await screen.findByText("Nothing is on the record yet.");
    const link = screen.getByRole("link", { name: "Export" });
    expect(link.getAttribute("href")).toBe("/api/audit/export");
    expect(within(document.body).getByText("interlock audit verify FILE")).toBeTruthy();
  });

  test("is not asked for by who may not read it", async () => {
    const asked = answers({ "GET /api/servers": { servers: [] } });
    window.history.replaceState(null, "", "/audit");
    shown(<RecordPage me={me("approver")} />);
    expect(screen.getByText("Only owners and admins may read the record. Ask one of them.")).toBeTruthy();
    await waitFor(() => expect(asked.length).toBeGreaterThan(0));
    expect(asked.some(({ url }) => url.startsWith("/api/audit"))).toBe(false);
  });

  test("takes times as people write them", () => {
    expect(localTime("")).toBe("");
    expect(localTime("nonsense")).toBe("");
    expect(isoTime(localTime("2026-11-21T09:30:00.000Z"))).toBe("2026-11-21T09:30:00.000Z");
  });
});
