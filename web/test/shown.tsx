import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { vi } from "vitest";
import { CallCard } from "@/features/approvals/CallCard";
import { keys } from "@/lib/api/keys";
import { ask } from "@/lib/live/socket";
import type { Call } from "@/lib/protocol";

/** What the page asked of the socket. A test file that uses it mocks `@/lib/live/socket`. */
export const asked = vi.mocked(ask) as unknown as ReturnType<typeof vi.fn<(name: string, body: object) => Promise<object>>>;

export const alice = { id: "u1", name: "Alice" };
export const bob = { id: "u2", name: "Bob" };
export const carol = { id: "u3", name: "Carol" };

let clock = 0;

/** Time goes on by so many milliseconds. */
export function pass(milliseconds: number): void {
  clock += milliseconds;
}

export function begin(): void {
  asked.mockReset();
  pass(10_000);
  vi.spyOn(performance, "now").mockImplementation(() => clock);
}

/** A cache in which Alice is signed in. */
export function signedIn(): QueryClient {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(keys.me, { user: { ...alice, email: "" } });
  return client;
}

/** Draws a card, past its quiet time unless it is to be `fresh`. */
export function show(call: Call, { fresh = false } = {}) {
  const client = signedIn();
  const draw = (shown: Call) => (
    <QueryClientProvider client={client}>
      <CallCard call={shown} />
    </QueryClientProvider>
  );
  const { rerender } = render(draw(call));
  if (!fresh) pass(1000);
  return { become: (next: Call) => rerender(draw(next)), card: () => screen.getByRole("article") };
}

/** The same, once the part of the page that shows such a card has come. */
export async function showLater(call: Call) {
  const drawn = show(call);
  await screen.findByRole("article");
  pass(1000);
  return drawn;
}
