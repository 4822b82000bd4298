import { createContext, use } from "react";

export interface Page {
  openMenu: () => void;
  servers: boolean;
  setServers: (open: boolean) => void;
}

export const PageContext = createContext<Page>({ openMenu: () => undefined, servers: false, setServers: () => undefined });

export function usePage(): Page {
  return use(PageContext);
}
