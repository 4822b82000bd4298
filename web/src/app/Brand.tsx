import { t } from "@/lib/i18n";

export function Mark({ size = 26 }: { size?: number }) {
  return <img src="/favicon.svg" alt="" width={size} height={size} />;
}

export function Brand() {
  return (
    <span className="flex items-center gap-2.5 font-semibold tracking-tight">
      <Mark />
      {t.app.name}
    </span>
  );
}
