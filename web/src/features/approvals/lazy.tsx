import { lazy } from "react";

const loadEditForm = () => import("./EditForm");
const loadAnswerForm = () => import("./AnswerForm");
const loadRecordDetails = () => import("./RecordDetails");

/** The forms and the record bring their schema checker and diff with them only where they are opened. */
export const EditForm = lazy(() => loadEditForm().then((part) => ({ default: part.EditForm })));
export const AnswerForm = lazy(() => loadAnswerForm().then((part) => ({ default: part.AnswerForm })));
export const RecordDetails = lazy(() => loadRecordDetails().then((part) => ({ default: part.RecordDetails })));

/** Fetches the form before it is asked for. */
export function preloadEditForm(): void {
  void loadEditForm();
}

export function preloadAnswerForm(): void {
  void loadAnswerForm();
}
