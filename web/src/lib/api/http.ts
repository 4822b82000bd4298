import type { FieldError, Person, Problem } from "@/lib/protocol";
import { noteServerTime } from "@/lib/clock";
import { signedOut } from "@/lib/live/connection";

/** A refusal, from HTTP or from a socket's acknowledgement: the codes are the same. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  readonly errors: FieldError[];
  readonly by: Person | null;
  readonly at: string | null;
  readonly rule: string | null;
  readonly requestId: string | null;

  constructor(problem: Partial<Problem> & { code: string; detail: string }) {
    super(problem.detail);
    this.name = "Refusal";
    this.code = problem.code;
    this.status = problem.status ?? 0;
    this.errors = problem.errors ?? [];
    this.by = problem.by ?? null;
    this.at = problem.at ?? null;
    this.rule = problem.rule ?? null;
    this.requestId = problem.request_id ?? null;
  }
}

async function problemOf(response: Response): Promise<Refusal> {
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("json")) {
    const body = (await response.json()) as Partial<Problem>;
    if (body.code) return new Refusal({ ...body, code: body.code, status: response.status, detail: body.detail ?? body.title ?? body.code });
  }
  return new Refusal({ status: response.status, code: `http_${response.status}`, detail: `The server answered ${response.status}.` });
}

async function send(method: string, url: string, body?: unknown): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin", headers: { Accept: "application/json" } };
  if (body !== undefined) {
    init.headers = { Accept: "application/json", "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new Refusal({ code: "unreachable", detail: "Interlock cannot be reached." });
  }
  noteServerTime(response.headers.get("date"));
  if (response.ok) return response;
  if (response.status === 401) signedOut();
  throw await problemOf(response);
}

export async function request<T>(method: "GET" | "POST" | "PUT" | "PATCH", url: string, body?: unknown): Promise<T> {
  const response = await send(method, url, body);
  return (await response.json()) as T;
}

/** For what is answered without a body, or with one that nobody needs. */
export async function command(method: "POST" | "PUT" | "PATCH" | "DELETE", url: string, body?: unknown): Promise<void> {
  await send(method, url, body);
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
