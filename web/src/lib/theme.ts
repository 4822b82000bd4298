import { useEffect } from "react";
import { useKept } from "@/lib/storage";

export type Theme = "light" | "dark" | "system";

const dark = () => window.matchMedia("(prefers-color-scheme: dark)");

/** The chosen theme; keeps `data-theme` on the document in step with it and with the system. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [kept, keep] = useKept<Theme>("theme");
  const theme = kept ?? "system";
  useEffect(() => {
    const query = dark();
    const apply = () => {
      const isDark = theme === "dark" || (theme === "system" && query.matches);
      document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
      document.querySelector('meta[name="theme-color"]')?.setAttribute("content", isDark ? "#1a1a19" : "#ffffff");
    };
    apply();
    query.addEventListener("change", apply);
    return () => query.removeEventListener("change", apply);
  }, [theme]);
  return [theme, (next) => keep(next === "system" ? null : next)];
}
