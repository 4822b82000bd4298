import { Download } from "lucide-react";
import { useRef, useState } from "react";
import { Radios } from "@/components/forms/Radios";
import { TextField } from "@/components/forms/TextField";
import { Button } from "@/components/ui/Button";
import { Table } from "@/components/ui/Table";
import { request, sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import type { Imported, ServerScope } from "@/lib/serversProtocol";
import { serverUrls } from "@/lib/serverUrls";
import { readEntries } from "./readEntries";
import { useServerChange } from "./useServerChange";

const words = admin.servers;

interface Outcome {
  name: string;
  id: string;
  why: string | null;
}

const outcomesOf = ({ servers, refused }: Imported): Outcome[] => [
  ...servers.map(({ id, name }) => ({ id, name, why: null })),
  ...refused.map(({ name, message }) => ({ id: name, name, why: message })),
];

function Import({ scope }: { scope: ServerScope }) {
  const form = useRef<HTMLFormElement>(null);
  // Not kept in the browser: it may well have secrets in it.
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const { mutate, isPending, data, error } = useServerChange(
    (mcpServers: object) => request<Imported>("POST", serverUrls.import, { mcpServers, scope }),
    ({ servers, refused }) => words.importDone(servers.length, refused.length),
  );
  const submit = () => {
    const read = readEntries(text);
    setWrong("wrong" in read ? read.wrong : null);
    if ("wrong" in read) requestAnimationFrame(() => form.current?.querySelector("textarea")?.focus());
    else mutate(read.entries);
  };
  return (
    <section aria-labelledby="servers-import" className="mt-5">
      <h2 id="servers-import" className="font-medium">
        {words.importTitle}
      </h2>
      <p className="mb-2 text-sm text-soft">{words.importIntro}</p>
      <form
        ref={form}
        noValidate
        aria-label={words.importTitle}
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isPending) submit();
        }}
      >
        <TextField label={words.importField} long most={200_000} value={text} error={wrong ?? undefined} onChange={setText} />
        {error && (
          <p role="alert" className="wrap-anywhere text-danger">
            {sentence(error)}
          </p>
        )}
        <div>
          <Button type="submit" look="accent" aria-disabled={isPending}>
            {words.importGo}
          </Button>
        </div>
      </form>
      {data && (
        <div className="mt-4">
          <p className="mb-2">{words.importDone(data.servers.length, data.refused.length)}</p>
          <Table<Outcome>
            label={words.outcome}
            keyOf={({ id, name }) => `${id} ${name}`}
            rows={outcomesOf(data)}
            columns={[
              { head: words.entry, render: ({ name }) => <span className="font-medium">{name}</span> },
              { head: words.result, render: ({ why }) => (why === null ? <span className="text-ok">{words.outcomeAdded}</span> : <span className="text-danger">{`${words.outcomeRefused}: ${why}`}</span>) },
            ]}
          />
        </div>
      )}
    </section>
  );
}

/** Entries from other clients, and ours for them. */
export function Exchange({ manages }: { manages: boolean }) {
  const [scope, setScope] = useState<ServerScope>(manages ? "tenant" : "personal");
  return (
    <div className="max-w-3xl">
      {manages && (
        <div className="mt-4">
          <Radios
            legend={words.scopeLegend}
            value={scope}
            options={[
              { value: "tenant", name: words.scopes.tenant },
              { value: "personal", name: words.scopes.personal },
            ]}
            onChange={setScope}
          />
        </div>
      )}
      <Import scope={scope} />
      <section aria-labelledby="servers-export" className="mt-8">
        <h2 id="servers-export" className="font-medium">
          {words.exportTitle}
        </h2>
        <p className="mb-3 text-sm text-soft">{words.exportIntro}</p>
        <a
          href={serverUrls.export(scope)}
          download="mcp-servers.json"
          className="inline-flex min-h-9 items-center gap-1.5 rounded-xl border border-edge/70 bg-raised px-3.5 text-sm font-medium hover:bg-sunk pointer-coarse:min-h-11"
        >
          <Download size={15} aria-hidden="true" />
          {words.exportGo}
        </a>
      </section>
    </div>
  );
}
