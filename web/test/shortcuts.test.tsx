import { fireEvent, render } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useShortcuts } from "@/app/useShortcuts";
import { WAITING } from "@/lib/focus";

const go = vi.fn<(page: string) => void>();
const nothing = () => undefined;

function Page() {
  useShortcuts({ newChat: nothing, search: nothing, help: nothing, approvals: nothing, go });
  return (
    <>
      <button type="button">plain</button>
      <div data-testid="card" {...{ [WAITING]: "c1" }}>
        <button type="button">in a card</button>
      </div>
      <input aria-label="text" />
    </>
  );
}

function typed(target: Element, ...keys: string[]): string[] {
  go.mockReset();
  (target as HTMLElement).focus();
  for (const key of keys) fireEvent.keyDown(target, { key });
  return go.mock.calls.map(([page]) => page);
}

test("G and a letter go to a page, but not from a text, nor from a card in which letters decide", () => {
  const { getByText, getByLabelText } = render(<Page />);
  const plain = getByText("plain");
  expect(typed(plain, "g", "a")).toEqual(["/audit"]);
  expect(typed(plain, "g", "p")).toEqual(["/admin/policies"]);
  expect(typed(plain, "g", "m")).toEqual(["/settings/permissions"]);
  expect(typed(plain, "g", "i")).toEqual(["/approvals"]);
  expect(typed(plain, "a")).toEqual([]);
  expect(typed(plain, "g", "x", "a")).toEqual([]);
  expect(typed(getByText("in a card"), "g", "a")).toEqual([]);
  expect(typed(getByLabelText("text"), "g", "a")).toEqual([]);
});
