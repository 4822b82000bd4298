import { lazy } from "react";

const loadEditForm = () => import("./EditForm");
const loadRecordDetails = () => import("./RecordDetails");

/** The form and the record bring their schema checker and diff with them only where they are opened. */
export const EditForm = lazy(() => loadEditForm().then((part) => ({ default: part.EditForm })));
export const RecordDetails = lazy(() => loadRecordDetails().then((part) => ({ default: part.RecordDetails })));

/** Fetches the form before it is asked for. */
export function preloadEditForm(): void {
  void loadEditForm();
}
