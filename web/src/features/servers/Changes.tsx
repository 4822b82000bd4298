import { useState } from "react";
import { Button } from "@/components/ui/Button";
import { LoadFailed } from "@/components/ui/LoadFailed";
import { Spinner } from "@/components/ui/Spinner";
import { request, sentence } from "@/lib/api/http";
import { admin } from "@/lib/i18n/admin";
import type { Definitions, ServerPage, ServerTool, Version } from "@/lib/serversProtocol";
import { serverUrls } from "@/lib/serverUrls";
import { visible } from "@/lib/text";
import { shortTime } from "@/lib/times";
import { FieldChanges } from "./FieldChanges";
import { useDefinitions } from "./getDefinitions";
import { useServerChange } from "./useServerChange";

const words = admin.servers;

const PAGE = 30;

type Tool = Definitions["tools"][number];

const titleOf = (tool: Tool) => visible(tool.title ?? tool.tool);

/** The definition that waits: what the server declares now, where that is known, else the newest. */
function waitingIn(declared: ServerTool[]): (tool: Tool) => Version | undefined {
  const now = new Map(declared.map((tool) => [tool.tool, tool.definition_hash]));
  return ({ tool, versions }) => versions.find(({ hash, state }, index) => state === "set_aside" && (declared.length > 0 ? hash === now.get(tool) : index === 0));
}

function stateOf(version: Version): string {
  if (version.state === "accepted") return words.version_accepted(version.decided_by?.name ?? "");
  return version.state === "first" ? words.version_first : words.version_set_aside;
}

function History({ tool }: { tool: Tool }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="text-sm">
      <Button look="quiet" className="-ms-2 px-2! text-soft" aria-expanded={open} aria-label={words.versionOf(titleOf(tool))} onClick={() => setOpen(!open)}>
        {words.showHistory(tool.versions.length)}
      </Button>
      {open && (
        <ol className="flex flex-col gap-3 border-s border-line ps-4">
          {tool.versions.map((version) => (
            <li key={version.hash}>
              <p className="text-soft">
                {shortTime(version.seen_at)} · {stateOf(version)} · <code className="font-mono text-xs">{version.hash.slice(0, 12)}</code>
              </p>
              {version.changes.length > 0 && <FieldChanges label={words.whatChanged(titleOf(tool))} changes={version.changes} />}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function More({ left, onMore }: { left: number; onMore: () => void }) {
  if (left <= 0) return null;
  return (
    <Button className="mx-auto mt-3 flex!" onClick={onMore}>
      {words.more(left)}
    </Button>
  );
}

/** What a server's tools are now against what they were, and the word that it is all right. */
export function Changes({ page, standing }: { page: ServerPage; standing: string }) {
  const { server } = page;
  const waitingOf = waitingIn(page.tools);
  const [most, setMost] = useState(PAGE);
  const more = () => setMost(most + PAGE);
  const { data, error, refetch } = useDefinitions(server.id, standing);
  const accept = useServerChange(
    (hashes: string[]) => request<unknown>("POST", serverUrls.accept(server.id), { hashes }),
    (_, hashes) => words.accepted(hashes.length),
  );
  if (error && !data) {
    return <LoadFailed what={words.historyFailed} error={error} onRetry={() => void refetch()} />;
  }
  if (!data) return <Spinner className="mx-auto my-12 block text-soft" />;
  const waiting = data.tools.filter((tool) => waitingOf(tool) !== undefined);
  const settled = data.tools.filter((tool) => !waitingOf(tool) && tool.versions.length > 1);
  const hashes = waiting.flatMap((tool) => waitingOf(tool)?.hash ?? []);
  const busy = accept.isPending;
  return (
    <>
      <p className="text-sm text-soft">
        {words.historyIntro} {waiting.length > 0 && !data.may_accept && words.acceptMayNot[server.origin]}
      </p>
      {accept.error && (
        <p role="alert" className="mt-2 text-danger">
          {sentence(accept.error)}
        </p>
      )}
      {waiting.length === 0 && settled.length === 0 && <p className="py-10 text-center text-soft">{words.historyNone}</p>}
      {waiting.length > 0 && (
        <section aria-labelledby="changes-waiting" className="mt-5">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <h2 id="changes-waiting" className="font-medium">
              {words.waiting}
            </h2>
            {data.may_accept && waiting.length > 1 && (
              <Button aria-disabled={busy} onClick={() => !busy && accept.mutate(hashes)}>
                {words.acceptAll(waiting.length)}
              </Button>
            )}
          </div>
          <ul className="mt-2 flex flex-col gap-3">
            {waiting.slice(0, most).map((tool) => {
              const version = waitingOf(tool);
              return (
                version && (
                  <li key={tool.tool} aria-label={titleOf(tool)} className="flex flex-col gap-2.5 rounded-2xl border border-warn/55 bg-raised p-4">
                    <div className="flex flex-wrap items-center justify-between gap-2">
                      <h3 className="font-medium wrap-anywhere">
                        {titleOf(tool)} <span className="text-sm font-normal text-soft">{shortTime(version.seen_at)}</span>
                      </h3>
                      {data.may_accept && (
                        <Button look="accent" aria-label={words.acceptTool(titleOf(tool))} aria-disabled={busy} onClick={() => !busy && accept.mutate([version.hash])}>
                          {words.accept}
                        </Button>
                      )}
                    </div>
                    {version.changes.length > 0 ? <FieldChanges label={words.whatChanged(titleOf(tool))} changes={version.changes} /> : <p className="text-sm text-soft">{words.nothingToCompare}</p>}
                    {tool.versions.length > 1 && <History tool={tool} />}
                  </li>
                )
              );
            })}
          </ul>
          <More left={waiting.length - most} onMore={more} />
        </section>
      )}
      {settled.length > 0 && (
        <section aria-labelledby="changes-earlier" className="mt-6">
          <h2 id="changes-earlier" className="font-medium">
            {words.earlier}
          </h2>
          <ul className="mt-2 flex flex-col gap-2">
            {settled.slice(0, most).map((tool) => (
              <li key={tool.tool} aria-label={titleOf(tool)} className="rounded-2xl border border-line bg-raised px-4 py-2">
                <p className="font-medium wrap-anywhere">{titleOf(tool)}</p>
                <History tool={tool} />
              </li>
            ))}
          </ul>
          <More left={settled.length - most} onMore={more} />
        </section>
      )}
    </>
  );
}
