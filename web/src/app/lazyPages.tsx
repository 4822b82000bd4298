import { lazy } from "react";

// A conversation is what most people open next: its page is fetched beside all that the first page asks for.
import("./ThreadPage").catch(() => undefined);
export const ThreadPage = lazy(() => import("./ThreadPage").then((part) => ({ default: part.ThreadPage })));

/** Pages that most people open rarely come when they are opened. */
export const PolicyPage = lazy(() => import("./PolicyPage").then((part) => ({ default: part.PolicyPage })));
export const PermissionsPage = lazy(() => import("./PermissionsPage").then((part) => ({ default: part.PermissionsPage })));
export const PeoplePage = lazy(() => import("./PeoplePage").then((part) => ({ default: part.PeoplePage })));
export const SessionsPage = lazy(() => import("./SessionsPage").then((part) => ({ default: part.SessionsPage })));
export const KeysPage = lazy(() => import("./KeysPage").then((part) => ({ default: part.KeysPage })));
export const UsagePage = lazy(() => import("./UsagePage").then((part) => ({ default: part.UsagePage })));
export const OrganisationsPage = lazy(() => import("./OrganisationsPage").then((part) => ({ default: part.OrganisationsPage })));
export const DataPages = lazy(() => import("./DataPages").then((part) => ({ default: part.DataPages })));
export const ArchivePage = lazy(() => import("./ArchivePage").then((part) => ({ default: part.ArchivePage })));
export const RecordPage = lazy(() => import("./RecordPage").then((part) => ({ default: part.RecordPage })));
export const ServersPage = lazy(() => import("./ServersPage").then((part) => ({ default: part.ServersPage })));
export const ServerPage = lazy(() => import("./ServersPage").then((part) => ({ default: part.ServerPage })));
