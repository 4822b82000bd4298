import { useMemo } from "react";
import { useLocation, useSearchParams } from "wouter";
import { Button } from "@/components/ui/Button";
import { Spinner } from "@/components/ui/Spinner";
import { Tabs } from "@/components/ui/Tabs";
import { useMembers } from "@/lib/api/getMembers";
import { useToolClasses } from "@/lib/api/getToolClasses";
import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { admin } from "@/lib/i18n/admin";
import type { Member, ToolClass } from "@/lib/policyProtocol";
import type { Me } from "@/lib/protocol";
import { may } from "@/lib/roles";
import type { Targets } from "@/lib/targets";
import { pages } from "@/lib/urls";
import { Explain, type RenderArguments } from "./Explain";
import { usePolicies } from "@/lib/api/getPolicies";
import { RuleEditor } from "./RuleEditor";
import { RuleList } from "./RuleList";
import { ToolClasses } from "./ToolClasses";

const words = admin.policy;
const NO_TOOLS: ToolClass[] = [];
const NO_MEMBERS: Member[] = [];
const VIEWS = ["rules", "tools", "explain"] as const;

const hrefOf = (query: Record<string, string>) => {
  const search = new URLSearchParams(query).toString();
  return search ? `${pages.policies}?${search}` : pages.policies;
};

interface PoliciesProps {
  me: Me;
  targets: Targets;
  renderArguments: RenderArguments;
}

/** The policy: its rules, the classes of tools, and the question why. */
export function Policies({ me, targets, renderArguments }: PoliciesProps) {
  const [, navigate] = useLocation();
  const [search] = useSearchParams();
  const manages = may(me, "policy.manage");
  const policy = usePolicies();
  const classes = useToolClasses();
  const tools = classes.data ?? NO_TOOLS;
  const members = useMembers(may(me, "members.see")).data ?? NO_MEMBERS;
  const known = useMemo(() => ({ targets, tools, members }), [targets, tools, members]);
  const view = VIEWS.find((each) => each === search.get("view")) ?? "rules";
  const edited = search.get("rule");
  const failed = [policy, classes].find((query) => query.isError && !query.data);

  const content = () => {
    if (failed?.error) {
      return (
        <div role="alert" className="py-10 text-center">
          <p>{words.loadFailed}</p>
          <p className="text-sm text-soft">{sentence(failed.error)}</p>
          <Button className="mt-3" onClick={() => void failed.refetch()}>
            {t.app.retry}
          </Button>
        </div>
      );
    }
    if (!policy.data || !classes.data) return <Spinner className="mx-auto my-12 block text-soft" />;
    if (view === "tools") return <ToolClasses tools={tools} manages={manages} />;
    if (view === "explain") return <Explain known={known} me={me.user.id} manages={manages} renderArguments={renderArguments} />;
    const rule = policy.data.rules.find(({ id }) => id === edited);
    if (edited === "new" || rule?.may_change) {
      return (
        <RuleEditor key={edited} rule={rule ?? null} known={known} me={me.user.id} manages={manages} backHref={hrefOf({})} onDone={() => navigate(hrefOf({}))} />
      );
    }
    return (
      <>
        {edited && <p className="mb-4 text-warn">{words.ruleGone}</p>}
        <RuleList rules={policy.data.rules} known={known} manages={manages} hrefOf={(id) => hrefOf({ rule: id })} />
      </>
    );
  };
  return (
    <>
      <Tabs
        label={words.views}
        tabs={VIEWS.map((each) => ({ name: words[each], href: hrefOf(each === "rules" ? {} : { view: each }), current: each === view }))}
      />
      <div className="mt-5">{content()}</div>
    </>
  );
}
