import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { createElement, type ReactNode } from "react";
import { vi } from "vitest";

export interface Asked {
  method: string;
  url: string;
  body: unknown;
}

interface Refused {
  status: number;
  problem: object;
}

/** A refusal as the server writes one. */
export function refusal(status: number, code: string, detail: string, more: object = {}): Refused {
  return { status, problem: { type: "about:blank", title: code, status, code, detail, request_id: "r", ...more } };
}

const isRefusal = (answer: unknown): answer is Refused => typeof answer === "object" && answer !== null && "problem" in answer;

/** Answers requests by `METHOD /path`, with what is given or what a function makes of the request; keeps what was asked. */
export function answers(given: Record<string, unknown>): Asked[] {
  const asked: Asked[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = String(input);
    const method = init?.method ?? "GET";
    const one: Asked = { method, url, body: typeof init?.body === "string" ? JSON.parse(init.body) : undefined };
    asked.push(one);
    const path = url.split("?", 1)[0] ?? url;
    const found = given[`${method} ${url}`] ?? given[`${method} ${path}`];
    if (found === undefined) throw new Error(`Nobody answers ${method} ${url}`);
    const answer: unknown = typeof found === "function" ? (found as (asked: Asked) => unknown)(one) : found;
    if (isRefusal(answer)) return new Response(JSON.stringify(answer.problem), { status: answer.status, headers: { "content-type": "application/problem+json" } });
    return answer === null ? new Response(null, { status: 204 }) : Response.json(answer);
  });
  return asked;
}

export function shown(page: ReactNode): void {
  // jsdom has no layout.
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(createElement(QueryClientProvider, { client }, page));
}
