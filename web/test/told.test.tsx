import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { tell, useTold } from "@/lib/live/told";
import type { ServerProgress } from "@/lib/socketProtocol";
import { aCall } from "./conversation";
import { begin, show } from "./shown";

vi.mock("@/lib/live/socket");

beforeEach(begin);

const told = (change: Partial<ServerProgress>): ServerProgress => ({
  thread_id: "t1",
  run_id: "r1",
  call_id: aCall().id,
  text: null,
  done: null,
  total: null,
  level: null,
  ...change,
});

test("a running card shows how far the server is and what it logs, until the call ends", async () => {
  const { become, card } = show(aCall({ state: "started", started_at: new Date().toISOString() }));
  expect(screen.queryByRole("progressbar")).toBeNull();
  act(() => tell(told({ done: 1, total: 4, text: "reading\u202e" })));
  expect((screen.getByRole("progressbar") as HTMLProgressElement).value).toBe(0.25);
  expect(card().textContent).toContain("25%");
  expect(card().textContent).toContain("reading⟨U+202E⟩");
  act(() => tell(told({ done: 7, text: "" })));
  expect(screen.queryByRole("progressbar")).toBeNull();
  expect(card().textContent).toContain("Step 7");

  act(() => {
    for (let line = 1; line <= 60; line += 1) tell(told({ level: "warning", text: `line ${line}` }));
  });
  expect(card().textContent).toContain("line 60");
  await userEvent.click(screen.getByRole("button", { name: "50 lines of the server’s log" }));
  expect(screen.getByRole("list", { name: "The server’s log" }).textContent).toContain("warning line 11");
  expect(screen.queryByText("line 10")).toBeNull();
  become(aCall({ state: "succeeded", started_at: new Date().toISOString(), ended_at: new Date().toISOString() }));
  expect(useTold.getState()).toEqual({});
});
