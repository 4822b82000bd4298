import { lazy } from "react";

/** Pages that most people open rarely come when they are opened. */
export const PolicyPage = lazy(() => import("./PolicyPage").then((part) => ({ default: part.PolicyPage })));
export const PermissionsPage = lazy(() => import("./PermissionsPage").then((part) => ({ default: part.PermissionsPage })));
export const RecordPage = lazy(() => import("./RecordPage").then((part) => ({ default: part.RecordPage })));
