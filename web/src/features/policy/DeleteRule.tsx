import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { t } from "@/lib/i18n";
import { admin } from "@/lib/i18n/admin";
import type { Rule } from "@/lib/policyProtocol";
import { deleteRule } from "@/lib/api/deleteRule";
import { useRuleChange } from "./useRuleChange";

/** Asks whether this rule is to go, by its name. */
export function DeleteRule({ rule, onClose }: { rule: Rule | null; onClose: () => void }) {
  const { mutate, isPending } = useRuleChange(
    ({ id }: Rule) => deleteRule(id),
    ({ name }) => admin.policy.removed(name),
  );
  if (!rule) return null;
  const title = admin.policy.removeTitle(rule.name);
  return (
    <Dialog open onClose={onClose} label={title}>
      <h2 className="text-lg font-semibold wrap-anywhere">{title}</h2>
      <p className="mt-2 text-soft">{admin.policy.removeText}</p>
      <div className="mt-6 flex justify-end gap-3">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button look="danger" disabled={isPending} onClick={() => mutate(rule, { onSettled: onClose })}>
          {admin.policy.remove}
        </Button>
      </div>
    </Dialog>
  );
}
