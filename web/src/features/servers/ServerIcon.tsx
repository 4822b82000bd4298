import type { Server } from "@/lib/protocol";

const MOST = 8;

/** The sign of an entry: a picture that comes with it, a character or two, or the first letter of its name. Nothing is fetched. */
export function ServerIcon({ server }: { server: Pick<Server, "name" | "icon"> }) {
  const { icon, name } = server;
  const frame = "flex size-8 shrink-0 items-center justify-center overflow-hidden rounded-lg border border-line bg-sunk text-sm font-semibold text-soft";
  if (icon?.startsWith("data:image/")) return <img src={icon} alt="" className={frame} />;
  return (
    <span aria-hidden="true" className={frame}>
      {icon && icon.length <= MOST ? icon : name.slice(0, 1).toUpperCase()}
    </span>
  );
}
