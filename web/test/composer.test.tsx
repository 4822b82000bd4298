import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { Composer } from "@/features/chat/Composer";
import { aServer } from "./serverFixtures";
import { answers, refusal, shown } from "./server";

const send = vi.fn();
const box = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message Interlock" });

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  // jsdom has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function show() {
    this.open = true;
  };
  send.mockReset();
});

async function compose(given: Record<string, unknown>, state: "connected" | "off" = "connected") {
  const asked = answers({ "GET /api/servers": { servers: [aServer({ id: "shelf", name: "Shelf", state })] }, ...given });
  shown(<Composer draftKey="t" stoppable={false} onSend={send} onStop={() => undefined} />);
  await waitFor(() => expect(asked).toHaveLength(1));
  await waitFor(() => expect(box()).toBeTruthy());
  return asked;
}

const book = { uri: "book://1", name: "one", title: "Book 1", description: "A book.", mime_type: "text/plain", size: null };

test("@ lists what connected servers have to read, and puts its text where it was typed, unsent and with nothing hidden", async () => {
  const asked = await compose({
    "GET /api/servers/shelf/resources": { resources: [book] },
    "GET /api/servers/shelf/resource-templates": { templates: [] },
    "GET /api/servers/shelf/resource?uri=book%3A%2F%2F1": { text: "words\u202e" },
  });
  await userEvent.type(box(), "mail me@x, see @");
  await userEvent.click(await screen.findByRole("button", { name: /Book 1/ }));
  await waitFor(() => expect(box().value).toBe("mail me@x, see Book 1 (Shelf, book://1):\nwords⟨U+202E⟩\n"));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(asked.map(({ url }) => url)).toEqual(["/api/servers", "/api/servers/shelf/resources", "/api/servers/shelf/resource-templates", "/api/servers/shelf/resource?uri=book%3A%2F%2F1"]);
  expect(send).not.toHaveBeenCalled();
});

test("/ as the first character lists prompts, asks for their arguments and puts the text into the message", async () => {
  const prompt = { name: "greet", title: "Greet", description: "Greet somebody.", arguments: [{ name: "who", title: "Who", description: null, required: true }] };
  const asked = await compose({
    "GET /api/servers/shelf/prompts": { prompts: [prompt] },
    "POST /api/servers/shelf/completion": { values: ["Ada"] },
    "POST /api/servers/shelf/prompt": { messages: [{ role: "user", text: "Hello Ada" }, { role: "assistant", text: "And now?" }] },
  });
  await userEvent.type(box(), "/");
  await userEvent.click(await screen.findByRole("button", { name: /Greet/ }));
  await userEvent.type(screen.getByRole("combobox", { name: /Who/ }), "Ada");
  await userEvent.click(screen.getByRole("button", { name: "Put it into the message" }));
  await waitFor(() => expect(box().value).toBe("Hello Ada\n\nAnd now?"));
  expect(asked.at(-1)?.body).toEqual({ name: "greet", arguments: { who: "Ada" } });
  expect(send).not.toHaveBeenCalled();
});

test("a server that does not say is named, and the list can be left", async () => {
  const refused = refusal(502, "server_unreachable", "It does not answer.");
  await compose({ "GET /api/servers/shelf/resources": refused, "GET /api/servers/shelf/resource-templates": refused });
  await userEvent.type(box(), "@");
  expect(await screen.findByText("Shelf: It does not answer.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(box().value).toBe("@");
});

test("+ offers the same by touch, and an address is filled in with what the server proposes", async () => {
  const page = { uri_template: "page://{number}", name: "page", title: null, description: "One page.", mime_type: null, variables: ["number"] };
  const asked = await compose({
    "GET /api/servers/shelf/resources": { resources: [] },
    "GET /api/servers/shelf/resource-templates": { templates: [page] },
    "POST /api/servers/shelf/completion": { values: ["7", "70"] },
    "POST /api/servers/shelf/resource": { text: "page 7" },
  });
  await userEvent.type(box(), "Read this: ");
  await userEvent.click(screen.getByRole("button", { name: "Add from a server" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Something to read" }));
  await userEvent.click(await screen.findByRole("button", { name: /page/ }));
  const field = screen.getByRole<HTMLInputElement>("combobox", { name: "number" });
  await userEvent.type(field, "7");
  await waitFor(() => expect([...(field.list?.options ?? [])].map(({ value }) => value)).toEqual(["7", "70"]));
  expect(asked.at(-1)?.body).toEqual({ kind: "template", name: "page://{number}", argument: "number", value: "7", arguments: {} });
  await userEvent.click(screen.getByRole("button", { name: "Put it into the message" }));
  await waitFor(() => expect(box().value).toBe("Read this: page (Shelf, 7):\npage 7\n"));
  expect(send).not.toHaveBeenCalled();
});

test("without a connected server, and inside words and paths, these are characters", async () => {
  await compose({}, "off");
  await userEvent.type(box(), "@ /etc me@x");
  expect(box().value).toBe("@ /etc me@x");
  expect(screen.queryByRole("dialog")).toBeNull();
});
