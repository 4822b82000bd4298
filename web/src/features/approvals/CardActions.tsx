import { Ellipsis, MessageSquareReply, OctagonX } from "lucide-react";
import type { Ref } from "react";
import { Button } from "@/components/ui/Button";
import { Menu, MenuItem } from "@/components/ui/Menu";
import { useMe } from "@/lib/api/getMe";
import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { notify } from "@/lib/notices";
import type { Call, Remember } from "@/lib/protocol";
import { ApproveButton } from "./ApproveButton";
import { isQuiet } from "./guard";
import { preloadEditForm } from "./lazy";
import { stopRun } from "./stopRun";

interface CardActionsProps {
  call: Call;
  approveButton: Ref<HTMLButtonElement>;
  menu: boolean;
  onMenu: (open: boolean) => void;
  onApprove: (remember?: Remember) => void;
  onEdit: () => void;
  onReject: () => void;
  onRespond: () => void;
  onWithdraw: () => void;
}

/** What may be done about a call that waits, by who looks at it. */
export function CardActions({ call, approveButton, menu, onMenu, onApprove, onEdit, onReject, onRespond, onWithdraw }: CardActionsProps) {
  const me = useMe().data?.user.id ?? null;
  const own = call.requester.id === me;
  const approved = call.approvals.some(({ by }) => by.id === me);
  const stop = () => {
    if (!isQuiet()) stopRun(call).catch((error: unknown) => notify(sentence(error)));
  };
  if (!call.may.decide) {
    if (!own) return null;
    return (
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={onWithdraw}>{t.approvals.withdraw}</Button>
        <Button look="quiet" className="ms-auto text-soft" onClick={stop}>
          {t.approvals.stopRun}
        </Button>
      </div>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-2 max-sm:grid max-sm:grid-cols-2 max-sm:gap-x-4">
      {!approved && <ApproveButton may={call.may.remember} open={menu} onOpenChange={onMenu} button={approveButton} onApprove={onApprove} />}
      <Button className="max-sm:order-3" aria-keyshortcuts="E" onFocus={preloadEditForm} onClick={onEdit}>
        {t.approvals.edit}
      </Button>
      <Button className="max-sm:order-1 max-sm:min-h-12" aria-keyshortcuts="R" onClick={onReject}>
        {t.approvals.reject}
      </Button>
      {own && (
        <Button look="quiet" className="ms-auto text-soft max-sm:hidden" onClick={stop}>
          {t.approvals.stopRun}
        </Button>
      )}
      <Menu
        label={t.approvals.more}
        trigger={
          <Button look="quiet" className={`max-sm:order-4 ${own ? "" : "ms-auto"}`}>
            <Ellipsis size={16} aria-hidden="true" />
            {t.approvals.more}
          </Button>
        }
      >
        <MenuItem onSelect={onRespond}>
          <MessageSquareReply size={15} aria-hidden="true" />
          {t.approvals.answer}
        </MenuItem>
        {own && (
          <MenuItem onSelect={stop} className="text-danger sm:hidden">
            <OctagonX size={15} aria-hidden="true" />
            {t.approvals.stopRun}
          </MenuItem>
        )}
      </Menu>
    </div>
  );
}
