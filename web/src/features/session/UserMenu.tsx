import { Archive, ChevronsUpDown, Gauge, KeyRound, LogOut, MonitorSmartphone, Users } from "lucide-react";
import { useLocation } from "wouter";
import { Menu, MenuChoice, MenuChoices, MenuItem, MenuLine, MenuNote } from "@/components/ui/Menu";
import { sentence } from "@/lib/api/http";
import { t } from "@/lib/i18n";
import { notify } from "@/lib/notices";
import type { Me } from "@/lib/protocol";
import { type Theme, useTheme } from "@/lib/theme";
import { pages } from "@/lib/urls";
import { signOut } from "./signOut";

function initials(name: string): string {
  return name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
}

export function UserMenu({ me }: { me: Me }) {
  const [theme, setTheme] = useTheme();
  const [, navigate] = useLocation();
  const trigger = (
    <button
      type="button"
      className="flex min-h-12 w-full items-center gap-3 rounded-xl px-2 text-start hover:bg-line/50"
    >
      <span aria-hidden="true" className="flex size-8 items-center justify-center rounded-full bg-accent text-xs font-semibold text-accent-ink">
        {initials(me.user.name)}
      </span>
      <span className="min-w-0 flex-1 leading-tight">
        <span className="sr-only">{t.app.account}: </span>
        <span className="block truncate text-sm font-medium">{me.user.name}</span>
        <span className="block truncate text-xs text-soft">{me.tenant.name}</span>
      </span>
      <ChevronsUpDown size={16} aria-hidden="true" className="text-soft" />
    </button>
  );
  return (
    <Menu trigger={trigger} label={t.app.account} align="start" side="top">
      <MenuNote>
        <span className="block text-sm font-medium text-ink">{me.user.name}</span>
        <span className="block">{me.user.email}</span>
        <span className="block">
          {me.tenant.name} · {me.roles.join(", ")}
        </span>
      </MenuNote>
      <MenuLine />
      <MenuNote>{t.app.theme}</MenuNote>
      <MenuChoices value={theme} onValueChange={(value) => setTheme(value as Theme)}>
        <MenuChoice value="light">{t.app.light}</MenuChoice>
        <MenuChoice value="dark">{t.app.dark}</MenuChoice>
        <MenuChoice value="system">{t.app.system}</MenuChoice>
      </MenuChoices>
      <MenuLine />
      <MenuItem onSelect={() => navigate(pages.organisations)}>
        <Users size={16} aria-hidden="true" />
        {t.app.organisations}
      </MenuItem>
      <MenuItem onSelect={() => navigate(pages.sessions)}>
        <MonitorSmartphone size={16} aria-hidden="true" />
        {t.app.sessions}
      </MenuItem>
      <MenuItem onSelect={() => navigate(pages.usage)}>
        <Gauge size={16} aria-hidden="true" />
        {t.app.usage}
      </MenuItem>
      <MenuItem onSelect={() => navigate(pages.data)}>
        <Archive size={16} aria-hidden="true" />
        {t.app.data}
      </MenuItem>
      <MenuItem onSelect={() => navigate(pages.keys)}>
        <KeyRound size={16} aria-hidden="true" />
        {t.app.keys}
      </MenuItem>
      <MenuItem onSelect={() => void signOut().catch((error: unknown) => notify(sentence(error)))}>
        <LogOut size={16} aria-hidden="true" />
        {t.app.signOut}
      </MenuItem>
    </Menu>
  );
}
