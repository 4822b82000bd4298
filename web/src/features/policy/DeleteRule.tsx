import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { deleteRule } from "@/lib/api/deleteRule";
import { admin } from "@/lib/i18n/admin";
import type { Rule } from "@/lib/policyProtocol";
import { useRuleChange } from "./useRuleChange";

/** Asks whether this rule is to go, by its name. */
export function DeleteRule({ rule, onClose }: { rule: Rule | null; onClose: () => void }) {
  const { mutate, isPending } = useRuleChange(
    ({ id }: Rule) => deleteRule(id),
    ({ name }) => admin.policy.removed(name),
  );
  if (!rule) return null;
  return (
    <ConfirmDialog
      title={admin.policy.removeTitle(rule.name)}
      text={admin.policy.removeText}
      action={admin.policy.remove}
      busy={isPending}
      // The list says what went wrong.
      error={null}
      onConfirm={() => mutate(rule, { onSettled: onClose })}
      onClose={onClose}
    />
  );
}
