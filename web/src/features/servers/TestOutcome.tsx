import { CircleCheck, KeyRound, TriangleAlert } from "lucide-react";
import { admin } from "@/lib/i18n/admin";
import type { Tested } from "@/lib/serversProtocol";
import { visible } from "@/lib/text";

const words = admin.servers;

/** What a trial connection came to: the tools, or why there are none. */
export function TestOutcome({ tested, outdated }: { tested: Tested; outdated: boolean }) {
  const sign = { size: 17, "aria-hidden": true, className: "mt-0.5 shrink-0" } as const;
  if (outdated) return <p className="text-sm text-soft">{words.testOutdated}</p>;
  if (tested.state === "sign_in") {
    return (
      <p className="flex gap-2 text-sm">
        <KeyRound {...sign} />
        {words.testSignIn}
      </p>
    );
  }
  if (tested.state !== "connected") {
    return (
      <p className="flex gap-2 text-sm wrap-anywhere text-danger">
        <TriangleAlert {...sign} />
        {words.testFails(tested.message ?? tested.code ?? tested.state)}
      </p>
    );
  }
  return (
    <div className="flex gap-2 text-sm">
      <CircleCheck {...sign} className="mt-0.5 shrink-0 text-ok" />
      <div className="min-w-0">
        <p>{words.testWorks(tested.tools.length)}</p>
        <p className="text-soft wrap-anywhere">{tested.tools.map((tool) => visible(tool.title ?? tool.tool)).join(", ")}</p>
        {tested.tools
          .filter(({ flags }) => flags.length > 0)
          .map(({ tool, title, flags }) => (
            <p key={tool} className="text-warn wrap-anywhere">
              {visible(title ?? tool)}: {flags.map(({ message }) => visible(message)).join(" ")}
            </p>
          ))}
      </div>
    </div>
  );
}
